// Puts the page together.
'use strict';

const title = data.how.title || (data.how.experiment_file ?? 'Zeroth').replace(/^.*\//, '').replace(/\.toml$/, '');
document.title = `${title} – Zeroth report`;
document.getElementById('title').append(title);
document.getElementById('subtitle').append([count(data.runs.total, 'run'), count(data.optimizers.length, 'optimizer'), count(data.problems.length, 'problem'),
  data.how.last_run?.slice(0, 10), data.how.program].filter(Boolean).join(' · '));

const main = document.getElementById('main');
if (data.runs.total === 0) {
  main.append(element('p', {class: 'empty'}, 'There are no runs in this file yet.'));
}
const failed = ['failed', 'crashed', 'time_limit', 'memory_limit'].reduce((sum, outcome) => sum + (data.runs.outcomes[outcome] ?? 0), 0);
const reasons = [[failed, 'failed'], [data.runs.outcomes.non_finite ?? 0, 'not finite'], [d3.sum(data.problems, (problem) => d3.sum(problem.summary, (line) => line.discarded)), 'without a value at any iterate']];
const broken = d3.sum(reasons, ([runs]) => runs);
if (broken > 0) {
  main.append(element('div', {class: 'alarm', role: 'note'}, element('p', {}, `${number(broken)} of ${count(data.runs.total, 'run')} ${broken === 1 ? 'has' : 'have'} no final loss: ${reasons.filter(([runs]) => runs > 0).map(([runs, reason]) => `${number(runs)} ${reason}`).join(', ')}. ${broken === 1 ? 'It counts' : 'They count'} as the worst.`)));
}
for (const make of sections) {
  const made = data.runs.total === 0 && make !== how_section ? null : make();
  if (made === null) continue;
  const [heading, ...content] = made;
  const id = file_name(heading);
  main.append(element('section', {id}, element('h2', {}, heading), ...content.filter(Boolean)));
  document.getElementById('contents').append(element('a', {href: `#${id}`}, heading));
}

document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});

// On paper everything is unfolded and drawn.
addEventListener('beforeprint', () => {
  document.querySelectorAll('details').forEach((each) => { each.open = true; });
  draw_waiting();
  figures.filter((each) => each.node.querySelector('svg:not(.swatch)') === null).forEach((each) => each.draw());
});
