// The sections of what analyses saw: cosines, pictures, internals.
'use strict';

const run_name = (run) => [data.problems.length > 1 ? data.problems[run.problem].name : null,
  `instance ${run.instance}${run.label && run.label !== String(run.instance) ? ` (${run.label})` : ''}`,
  label(run.optimizer), `trial ${run.trial}`].filter(Boolean).join(', ');

function left_out_note() {
  const {left_out, coordinates_left_out, runs} = data.analyses;
  const more = [left_out && `${count(left_out, 'more run')}`, coordinates_left_out && count(coordinates_left_out, 'more coordinate')].filter(Boolean);
  return more.length === 0 ? null : element('p', {class: 'note'}, `Of the first ${runs.length} runs that have some; ${more.join(' and ')} in \`zeroth export --csv\`.`);
}

function cosine_section() {
  const analyses = data.analyses;
  if (!analyses || analyses.cosines.every((each) => each === null)) return null;
  const problems = analyses.cosines.map((cosines, p) => ({cosines, name: data.problems[p].name})).filter(({cosines}) => cosines !== null);
  const windows = problems[0].cosines.windows.map((name, i) => [i, name])
    .filter(([i]) => problems.some(({cosines}) => cosines.means.some((row) => row.windows[i].runs > 0)));
  if (windows.length === 0) return null;  // no estimate had a direction
  const window_setting = {name: 'mean over', key: 'window', start: 1, choices: windows};  // before convergence
  const optimizers = optimizers_of(problems.flatMap(({cosines}) => cosines.series));
  const along = figure('Cosine by iteration', {
    settings: [{name: 'band', key: 'band', choices: [['none', 'none'], ['deviation', '± standard deviation']]}, scale_setting('axis', 'x_scale')],
    optimizers,
    panels: (values) => problems.map(({name, cosines}) => ({title: name, chart: (size) => cosine_chart(cosines, values, shown, size)})),
    caption: () => ['Cosine of the angle between the gradient estimate of an iteration and the full-data gradient where it began, mean over runs. 1: the same direction; 0: at a right angle. Iterations without either are left out.'],
  });
  const sweeps = analyses.sweeps.filter((sweep) => sweep.families.some((family) => family.points.some((point) => optimizers.includes(point.optimizer))));
  const against = sweeps.length === 0 ? null : figure('Mean cosine by parameter', {
    settings: [{name: 'against', key: 'sweep', choices: sweeps.map((sweep, i) => [i, sweep.parameter])}, window_setting, scale_setting('axis', 'x_scale')],
    panels: (values) => problems.map(({name, cosines}) => ({title: name, chart: (size) => sweep_chart(sweeps[values.sweep], cosines, values, size)})),
    caption: ({window, sweep}) => [`Mean cosine over ${problems[0].cosines.windows[window]} of a run, then over the runs, against ${sweeps[sweep].parameter}. Bars: standard error over the runs.`],
  });
  const tables = problems.map(({name, cosines}) => table(`Mean cosine: ${name}`, [
    optimizer_column('optimizer'),
    {name: 'runs', value: (row) => row.windows[windows[0][0]].runs},
    ...windows.flatMap(([i, text]) => [
      {name: text, value: (row) => row.windows[i].mean, about: 'mean over a run, then over the runs'},
      {name: '± sd', value: (row) => row.windows[i].deviation, about: 'standard deviation over the runs'}]),
  ], cosines.means));
  return ['Gradient estimates', along, against, ...tables];
}

function pictures_section() {
  const runs = (data.analyses?.runs ?? []).filter((run) => run.pictures !== null);
  if (runs.length === 0) return null;
  const area = element('div');
  const show = (run) => area.replaceChildren(picture_table(run));
  show(runs[0]);
  const choose = runs.length < 2 ? null : element('div', {class: 'controls'}, element('label', {}, 'run ', element('select', {
    'data-setting': 'run', onchange: (event) => show(runs[event.target.selectedIndex]),
  }, ...runs.map((run) => element('option', {}, run_name(run))))));
  return ['Pictures', choose, area, element('p', {class: 'note'}, 'One column for each iterate. Around zero, blue is negative and red positive; elsewhere black is the lowest value and white the highest. ',
    'Scales are the same in a row; their ends stand beside it. "variance" is that which the optimizer predicted for the query directions that led there.',
    runs.some(({pictures}) => pictures.images.flat().includes(null)) ? ' –: no picture, or one whose channels are neither one nor three.' : ''), left_out_note()];
}

function picture_table({pictures, ...run}) {
  const {names, iterations, images, scales, metrics} = pictures;
  const scale = ([low, high]) => `${number(low, 3)} .. ${number(high, 3)}`;
  return element('div', {class: 'table'},
    element('div', {class: 'head'}, element('h3', {}, run_name(run))),
    element('div', {class: 'scroll pictures', tabindex: 0, role: 'region', 'aria-label': run_name(run)}, element('table', {},
      element('thead', {}, element('tr', {}, element('th', {class: 'text'}, 'iteration'), ...iterations.map((iteration) => element('th', {}, number(iteration))))),
      element('tbody', {},
        ...names.map((name, n) => element('tr', {},
          element('td', {class: 'text'}, name, element('div', {class: 'note'}, scale(scales[n]))),
          ...images[n].map((image, i) => element('td', {}, image === null ? '–'
            : element('img', {src: `data:image/png;base64,${image}`, alt: `${name} at iteration ${iterations[i]}`}))))),
        ...metrics.map((metric) => element('tr', {},
          element('td', {class: 'text'}, metric.name.replaceAll('_', ' ')), ...metric.values.map((value) => element('td', {}, number(value)))))))));
}

function internals_section() {
  const choices = (data.analyses?.runs ?? []).flatMap((run) => (run.internals ?? []).map((lines) => ({run, ...lines})));
  if (choices.length === 0) return null;
  const of = ({coordinate}) => (coordinate === null ? 'Euclidean norms' : `coordinate ${coordinate}`);
  // A coordinate says more than a norm.
  const first = Math.max(0, choices.findIndex(({coordinate}) => coordinate !== null));
  const drawing = figure('Internals', {
    settings: [{name: 'of', key: 'choice', start: first, choices: choices.map((each, i) => [i, `${of(each)}: ${run_name(each.run)}`])}],
    panels: ({choice}) => {
      const {own, rules} = choices[choice];
      // The rules belong to the updates, also where the run's own were not looked at.
      const panels = own.map((line) => ({title: line.name, lines: line.name === 'update' ? [line, ...rules] : [line]}));
      if (rules.length && !own.some((line) => line.name === 'update')) panels.push({title: 'update', lines: rules});
      return panels.map(({title, lines}) => ({title, chart: (size) => internals_chart(lines, rules, size)}));
    },
    saved_legend: ({choice}) => (choices[choice].rules.length ? [{name: 'its own', ...own_line},
      ...choices[choice].rules.map((rule, i) => ({name: rule.name, ...series(i)}))] : []),
    caption: ({choice}) => [`${of(choices[choice])[0].toUpperCase()}${of(choices[choice]).slice(1)} of what the optimizer said of its iterations.`,
      ...(choices[choice].rules.length ? [' Updates: ', element('span', {class: 'key'}, swatch(own_line), ' its own; '), 'what other rules make of the same estimates: ',
        ...choices[choice].rules.map((rule, i) => element('span', {class: 'key'}, swatch(series(i)), ` ${rule.name}`))] : [])],
  });
  return ['Internals', drawing, left_out_note()];
}
