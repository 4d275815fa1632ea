// A figure: settings, legend, panels, caption; redrawn when any of them changes.
'use strict';

const hidden = new Set();  // optimizers that are toggled off, in all figures
const figures = [];        // all of them
const shown = (optimizer) => !hidden.has(optimizer);

// Drawn one at a time, so that the page can be read meanwhile.
const waiting = new Set();
let drawing_soon = false;
function draw_soon(figure) {
  waiting.add(figure);
  if (drawing_soon) return;
  drawing_soon = true;
  const next = () => {
    const [first] = waiting;
    drawing_soon = first !== undefined;
    if (!drawing_soon) return;
    waiting.delete(first);
    first.draw();
    setTimeout(next);
  };
  setTimeout(next);
}
function draw_waiting() {
  for (const figure of waiting) figure.draw();
  waiting.clear();
}

function legend(optimizers) {
  const only = (optimizer) => optimizers.forEach((each) => (each === optimizer ? hidden.delete(each) : hidden.add(each)));
  const toggle = (optimizer) => (hidden.has(optimizer) ? hidden.delete(optimizer) : hidden.add(optimizer));
  return element('div', {class: 'legend', role: 'group', 'aria-label': 'Optimizers'}, ...optimizers.map((optimizer) => element('button', {
    type: 'button', 'aria-pressed': String(shown(optimizer)), 'data-optimizer': optimizer,
    title: 'Click: show or hide, in all figures.  Shift-click: this one alone.',
    onclick: (event) => {
      (event.shiftKey ? only : toggle)(optimizer);
      figures.forEach(draw_soon);
    },
  }, swatch(series(optimizer)), element('span', {}, label(optimizer)))));
}

// settings   [{name, key, choices: [[value, text], ...]}]; the first choice is where it starts, unless `start` names another.
// panels     values -> [{title, chart: {width, height} -> svg or null}]
// caption    values -> nodes.
// optimizers of the legend; without them there is none.
// saved_legend  values -> the lines of the legend in what is saved, for compose(); without it those of `optimizers`.
function figure(name, {settings = [], panels, caption, optimizers, saved_legend, minimum = 300, most = 1000}) {
  const values = Object.fromEntries(settings.map(({key, choices, start}) => [key, start ?? choices[0][0]]));
  const below = element('figcaption');
  const area = element('div', {class: 'panels'});
  const above = element('div');
  const drawing = () => {
    const all = panels(values);
    const size = all.length === 1 ? {width: 560, height: 340} : {width: 320, height: 220};
    const drawn = all.map(({title, chart}) => ({title, svg: chart(size)})).filter((panel) => panel.svg);
    const lines = saved_legend ? saved_legend(values) : (optimizers ?? []).filter(shown).map((optimizer) => ({name: label(optimizer), ...series(optimizer)}));
    return drawn.length ? compose(drawn, lines) : null;
  };
  const save = (write) => () => {
    const drawn = drawing();
    if (drawn) write(name, drawn);
  };
  const choose = ({name: text, key, choices}) => element('label', {}, `${text} `, element('select', {
    'data-setting': key,
    onchange: (event) => {
      values[key] = choices[event.target.selectedIndex][0];
      self.draw();
    },
  }, ...choices.map(([value, shown_text]) => element('option', {selected: value === values[key] ? '' : undefined}, shown_text))));
  const controls = element('div', {class: 'controls'}, ...settings.filter(({choices}) => choices.length > 1).map(choose),
    element('span', {class: 'save'},
      element('button', {type: 'button', title: 'Save as SVG', onclick: save(save_svg)}, 'SVG'),
      element('button', {type: 'button', title: 'Save as PNG', onclick: save(save_png)}, 'PNG')));
  const node = element('figure', {'data-figure': name}, controls, above, area, below);
  let drawn_width = 0;
  const self = {
    node, drawing,
    draw() {
      if (!node.isConnected) {  // another has taken its place
        const at = figures.indexOf(self);
        if (at >= 0) figures.splice(at, 1);
        return;
      }
      const whole = area.clientWidth;
      if (whole === 0) return;  // not unfolded
      drawn_width = whole;
      const all = panels(values);
      const columns = Math.max(1, Math.min(all.length, Math.floor((whole + 16) / (minimum + 16))));
      const width = Math.min(most, Math.floor((whole - 16 * (columns - 1)) / columns));
      const size = {width, height: Math.round(Math.min(400, Math.max(210, 0.56 * width)))};
      area.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
      if (optimizers && optimizers.length > 1) above.replaceChildren(legend(optimizers));
      area.replaceChildren(...all.map(({title, chart}) => element('div', {class: 'panel'}, all.length > 1 ? element('h4', {}, title) : null,
        chart(size) ?? element('p', {class: 'empty'}, 'Nothing to draw: no optimizer is shown, or no value fits these axes.'))));
      below.replaceChildren(...(caption ? caption(values) : []));
    },
  };
  new ResizeObserver(() => { if (area.clientWidth !== drawn_width) draw_soon(self); }).observe(area);
  figures.push(self);
  return node;
}
