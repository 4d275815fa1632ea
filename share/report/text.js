// The data of the page, numbers as text, and elements.  Text of the data goes in as text nodes alone.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);

function number(value, digits = 4) {
  if (value === null || value === undefined) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return value.toLocaleString('en-US').replaceAll(',', '\u202f');
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(digits - 2);
  return String(size >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits)));
}

const percent = (share) => (share === null ? '–' : `${Number((100 * share).toFixed(1))}%`);
const count = (n, noun) => `${number(n)} ${noun}${n === 1 ? '' : 's'}`;

function duration(seconds) {
  if (seconds < 60) return `${number(seconds, 3)} s`;
  if (seconds < 3600) return `${number(seconds / 60, 3)} min`;
  return `${number(seconds / 3600, 3)} h`;
}

// element('p', {class: 'note'}, 'text', child, ...)
function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const label = (optimizer) => data.optimizers[optimizer].label;

// Ten colours; beyond them the same again, dashed.
const dashes = [null, '6 3', '2 3', '8 3 2 3'];
const series = (optimizer) => ({
  stroke: `var(--series-${optimizer % 10})`,
  strokeDasharray: dashes[Math.floor(optimizer / 10) % dashes.length],
});
const own_line = {stroke: 'var(--ink)'};  // of the optimizer itself, beside other rules

function swatch({stroke, strokeDasharray}) {
  const svg = d3.create('svg').attr('class', 'swatch').attr('viewBox', '0 0 22 8').attr('aria-hidden', 'true');
  svg.append('line').attr('x2', 22).attr('y1', 4).attr('y2', 4)
    .attr('stroke', stroke).attr('stroke-width', 3).attr('stroke-dasharray', strokeDasharray);
  return svg.node();
}
