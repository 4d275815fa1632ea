// The sections of the page, in order: each is a title and its content, or null where it has none.
'use strict';

const all_optimizers = d3.range(data.optimizers.length);
const optimizers_of = (list) => all_optimizers.filter((optimizer) => list.some((each) => each.optimizer === optimizer));
const broken_note = (broken) => (broken === 0 ? '' : ` ${count(broken, 'run')} without a loss (failed or not finite) ${broken === 1 ? 'counts' : 'count'} as the worst in medians and quartiles; a mean ends where the first of its runs does.`);
const incomplete_note = (trials) => (trials ? ` ${count(trials, 'trial')} that not all optimizers have a run of ${trials === 1 ? 'is' : 'are'} left out.` : '');
const broken_in = (problem) => d3.sum(problem.summary, (line) => line.failed + line.non_finite);

const scale_setting = (name, key, start) => ({name, key, start, choices: [['linear', 'linear'], ['log', 'log']]});
// Log where losses are far apart and none is negative; a zero at the end of a curve is below any log axis.
function loss_scale(problems) {
  const losses = problems.flatMap((problem) => problem.curves.iterations.series.flatMap((each) => each.median)).filter((loss) => loss !== null);
  const positive = losses.filter((loss) => loss > 0);
  return positive.length && d3.min(losses) >= 0 && d3.max(positive) > 20 * d3.min(positive) ? 'log' : 'linear';
}

function summary_section() {
  const tables = data.problems.map((problem) => {
    const optimizer_of = (line) => data.optimizers.findIndex((each) => each.label === line.optimizer);
    const columns = [
      optimizer_column('optimizer', optimizer_of),
      {name: 'runs', value: (line) => line.runs},
      {name: 'median', value: (line) => line.median, about: 'of the final loss'},
      {name: '25%', value: (line) => line.lower, about: 'lower quartile of the final loss'},
      {name: '75%', value: (line) => line.upper, about: 'upper quartile of the final loss'},
      {name: 'mean rank', value: (line) => line.rank, show: rank_text, about: 'over the pairs of instance and trial that all optimizers have a run of; 1 is best'},
      {name: 'success', value: (line) => line.success, show: percent, about: 'runs with an iterate that succeeds'},
      {name: 'ms/iteration', value: (line) => line.milliseconds, show: (value) => number(value, 3), about: 'median over the runs'},
      {name: 'failed', value: (line) => line.failed, show: alarming},
      {name: 'not finite', value: (line) => line.non_finite, show: alarming},
      {name: 'discarded', value: (line) => line.discarded, show: alarming, about: 'runs none of whose iterates has a value'},
    ];
    const used = columns.filter(({name}) => (name !== 'success' || problem.summary.some((line) => line.success !== null))
      && (name !== 'discarded' || problem.summary.some((line) => line.discarded > 0)));
    return table(problem.name, used, problem.summary);
  });
  return ['Summary', ...tables, ...data.problems.map(metrics_table)];
}
const alarming = (value) => (value ? element('span', {class: 'alarm'}, number(value)) : '0');

function metrics_table(problem) {
  if (problem.metrics.names.length === 0) return null;
  const name = `${problem.name}: metrics at the last iterate`;
  return element('details', {}, element('summary', {}, `${name} (medians)`), table(name, [optimizer_column('optimizer'),
    ...problem.metrics.names.map((metric, i) => ({name: metric.replaceAll('_', ' '), value: (row) => row.medians[i]}))], problem.metrics.rows));
}

function loss_figure(name, panels, problems, caption) {
  return figure(name, {
    settings: [
      {name: 'against', key: 'axis', start: data.common_axis, choices: [['iterations', 'iterations'], ['queries', 'queries']]},
      {name: 'show', key: 'statistic', choices: [['median', 'median and quartiles'], ['mean', 'mean ± standard deviation']]},
      scale_setting('loss', 'y_scale', loss_scale(problems)),
      scale_setting('axis', 'x_scale'),
    ],
    optimizers: optimizers_of(panels.flatMap((panel) => panel.curves.iterations.series)),
    panels: (values) => panels.map(({name: title, curves}) => ({title, chart: (size) => loss_chart(curves, values, shown, size)})),
    caption: ({statistic, axis}) => [caption, ` ${statistic === 'median' ? 'Median and quartiles' : 'Mean and standard deviation'} over the runs of the full-data loss at the iterate, against ${axis}`,
      axis === 'queries' ? ' charged until then.' : '.', ' A run that ended before, or whose iterate the problem discarded, stays at the last loss that is known.', broken_note(d3.sum(problems, broken_in))],
  });
}

function loss_section() {
  const name = data.problems.length > 1 ? 'Loss by problem' : 'Loss';
  const content = [loss_figure(name, data.problems, data.problems, '')];
  for (const problem of data.problems.filter((each) => each.panels)) {
    content.push(element('details', {}, element('summary', {}, `${problem.name}: each of the ${problem.instances} instances`),
      loss_figure(`${problem.name}: loss by instance`, problem.panels, [problem], 'One panel for each instance, over its trials.')));
  }
  const many = data.problems.filter((problem) => problem.instances > 1 && !problem.panels);
  if (many.length) content.push(element('p', {class: 'note'}, 'There are too many instances for a panel each; `zeroth export --csv` writes every trace.'));
  return ['Loss', ...content];
}

function final_section() {
  const boxes = data.problems.flatMap((problem) => problem.boxes);
  const positive = boxes.every((box) => box.low === null || box.low > 0);
  const left_out = d3.sum(boxes, (box) => box.left_out);
  return ['Final loss', figure('Final loss', {
    settings: [scale_setting('loss', 'x_scale', positive && loss_scale(data.problems) === 'log' ? 'log' : 'linear')],
    minimum: 380,
    optimizers: optimizers_of(boxes),
    panels: (values) => data.problems.map((problem) => ({title: problem.name, chart: (size) => box_chart(problem.boxes, values, shown, size)})),
    caption: () => ['Boxes: quartiles and median of the runs that have a final loss. Whiskers: the furthest runs within 1.5 interquartile ranges of the box; circles: runs beyond. Diamonds: means.',
      left_out ? ` ${count(left_out, 'circle')} of several hundred left out.` : ''],
  })];
}

const scope_setting = {name: 'of', key: 'scope', choices: data.scopes.map((scope, i) => [i, scope.name])};
const scope_of = (values) => data.scopes[values.scope];
const gap = (share) => number(share, 2);
const single_gaps = [0.1, 0.01, 0.001];

function targets_section() {
  if (data.scopes.every((scope) => scope.runs_with_targets === 0)) return null;
  const most_queries = (scope) => d3.max(scope.problems, (p) => d3.max(data.problems[p].curves.queries.x));
  const first_queries = (scope) => Math.max(1, 0.5 * d3.min(scope.all_targets, (each) => d3.min(each.x.filter((x) => x > 1))) || 1);
  const without = (scope) => (scope.runs_without_targets === 0 ? '' : ` ${count(scope.runs_without_targets, 'run')} on instances where no run improved on the start ${scope.runs_without_targets === 1 ? 'is' : 'are'} left out.`);
  const reach = figure('Queries to target', {
    settings: [scope_setting, {name: 'targets', key: 'target', choices: [['all', `all ${data.gaps.length}`], ...single_gaps.map((share, i) => [i, `gap ${share}`])]}],
    optimizers: all_optimizers,
    panels: (values) => [{title: '', chart: (size) => share_chart(
      values.target === 'all' ? scope_of(values).all_targets : scope_of(values).single_targets[values.target],
      {x_label: 'queries', y_label: 'share of runs and targets', from: first_queries(scope_of(values)), to: Math.max(10, most_queries(scope_of(values)))}, shown, size)}],
    caption: (values) => ['Empirical distribution: the share of pairs of run and target that were reached within so many queries. ',
      `Target losses of an instance: best + gap × (start − best), gap ${values.target === 'all' ? `10^(−k/5), k = 1 .. ${data.gaps.length}: ${gap(data.gaps[0])} .. ${gap(data.gaps.at(-1))}` : single_gaps[values.target]}; `,
      'start is the median initial loss, best the lowest loss at an iterate of any run of this file on that instance, so that another optimizer in the file may move the targets. A run that ends counts as it is; none is restarted.', without(scope_of(values))],
  });
  const profile = figure('Performance profiles', {
    settings: [scope_setting, {name: 'target', key: 'target', choices: single_gaps.map((share, i) => [i, `gap ${share}`])}],
    optimizers: all_optimizers,
    panels: (values) => {
      const {lines} = scope_of(values).profiles[values.target];
      return [{title: '', chart: (size) => share_chart(lines, {x_label: 'queries, as a multiple of the fewest', y_label: 'share solved',
        from: 1, to: Math.max(2, 1.1 * d3.max(lines, (line) => d3.max(line.x) ?? 1))}, shown, size)}];
    },
    caption: (values) => [`Performance profiles (Dolan & Moré 2002): the share of pairs of instance and trial on which an optimizer reached the target of gap ${single_gaps[values.target]} within so many times the queries of the one that was there first. At 1: how often it was first; at the right: how often it got there at all.`, incomplete_note(scope_of(values).profiles[values.target].incomplete), without(scope_of(values))],
  });
  return ['Targets', element('p', {}, 'How many queries it takes to come how far.'), reach, profile];
}

const rank_text = (rank) => (rank === null ? '–' : rank.toFixed(2));
const p_text = (p) => (p === null ? '–' : p < 1e-3 ? p.toExponential(1) : p.toFixed(3));

function tests_section() {
  if (data.optimizers.length < 2) return null;
  const ends = data.scopes[0].comparisons.map((each, i) => [i, each.at === null ? 'the end' : `iteration ${each.at}`]);
  const chosen = {scope: 0, end: ends.length - 1};
  const area = element('div');
  const choose = (name, key, choices) => (choices.length < 2 ? null : element('label', {}, `${name} `, element('select', {'data-setting': key, onchange: (event) => {
    chosen[key] = event.target.selectedIndex;
    area.replaceChildren(...comparison_of(data.scopes[chosen.scope], chosen.end));
  }}, ...choices.map(([value, text]) => element('option', {selected: value === chosen[key] ? '' : undefined}, text)))));
  area.append(...comparison_of(data.scopes[0], chosen.end));
  return ['Comparison', element('div', {class: 'controls'}, choose('of', 'scope', scope_setting.choices), choose('at', 'end', ends)), area];
}

function comparison_of(scope, end) {
  const comparison = scope.comparisons[end];
  const several = scope.problems.length > 1;
  const unit = comparison.trials ? 'trials of the one instance (few independent problems: read the tests as being about that instance alone)' : 'instances, the trials of each averaged';
  const n = element('p', {}, `n = ${comparison.blocks} ${unit}.`,
    several ? ' Losses are shares of the gap between start and best, so that problems of different scales can be set against each other.' : '',
    comparison.without_gap ? ` ${count(comparison.without_gap, 'instance')} on which no run improved on the start ${comparison.without_gap === 1 ? 'is' : 'are'} left out.` : '',
    incomplete_note(comparison.incomplete),
    comparison.repeated ? ` ${count(comparison.repeated, 'more trial')} ${comparison.repeated === 1 ? 'is' : 'are'} the same, number by number, and no more evidence.` : '',
    comparison.ended ? ` ${count(comparison.ended, 'run')} had ended before iteration ${comparison.at}, and ${comparison.ended === 1 ? 'is' : 'are'} compared by the last loss.` : '',
    ' A run without a loss makes its unit the worst.');
  if (!comparison.ranking) return [n, element('p', {class: 'empty'}, 'Two optimizers and two units are needed for a comparison.')];
  const where = `${scope.name}, ${comparison.at === null ? 'final loss' : `loss at iteration ${comparison.at}`}`;
  const different = comparison.p < comparison.level;
  const ranks = figure(`Critical difference: ${where}`, {
    panels: () => [{title: '', chart: (size) => rank_chart(comparison, size)}],
    caption: () => [`Friedman's test that all are alike: χ² = ${number(comparison.statistic)}, p = ${p_text(comparison.p)}${different ? '' : ' – no difference is shown'}. `,
      `Optimizers under one bar are not told apart by Nemenyi's test at ${comparison.level} (Demšar 2006): their mean ranks are closer than ${number(comparison.critical_difference, 3)}.`],
  });
  const ranking = table(`Ranking: ${where}`, [
    {name: 'place', value: (row) => comparison.ranking.indexOf(row) + 1},
    optimizer_column('optimizer'),
    {name: 'mean rank', value: (row) => row.rank, show: rank_text},
    {name: several ? 'mean gap' : 'mean loss', value: (row) => row.mean, about: 'over the units'},
    {name: several ? 'median gap' : 'median loss', value: (row) => row.median, about: 'over the units'},
  ], comparison.ranking);
  const pairs = table(`Pairs: ${where}`, [
    optimizer_column('better ranked', (row) => row.first),
    optimizer_column('against', (row) => row.second),
    {name: 'wins', value: (row) => row.wins, about: 'units on which the first has the lower loss'},
    {name: 'ties', value: (row) => row.ties},
    {name: 'losses', value: (row) => row.losses},
    {name: 'median difference', value: (row) => row.difference, about: 'of the paired losses; negative: the first is better'},
    {name: 'A', value: (row) => row.a, show: (value) => value.toFixed(2), about: 'Vargha & Delaney: how often a loss of the first is below one of the second; 0.5 is no difference'},
    {name: 'p', value: (row) => row.p, show: p_text, about: 'Wilcoxon signed-rank test, two-sided'},
    {name: 'p (Holm)', value: (row) => row.p_holm, show: p_text, about: 'corrected for all pairs of this table'},
    {name: 'p is', text: true, value: (row) => (row.exact ? 'exact' : 'normal'), about: 'exact: fewer than 50 units that differ; else the normal distribution with tie and continuity correction'},
  ], comparison.pairs, (row) => row.p_holm < comparison.level);
  return [n, ranks, ranking, pairs, element('p', {class: 'note'}, `Bold: told apart at ${comparison.level} after Holm's correction. p is exact with fewer than 50 units that differ; else from the normal distribution with tie and continuity correction. A is Vargha & Delaney's effect size.`)];
}

function broken_section() {
  if (data.broken.length === 0) return null;
  return ['Runs without a loss', table('Failed and non-finite runs', [
    {name: 'problem', text: true, value: (row) => data.problems[row.problem].name},
    optimizer_column('optimizer'),
    {name: 'outcome', text: true, value: (row) => row.outcome.replace('_', '-'), show: (value) => element('span', {class: 'alarm'}, value)},
    {name: 'runs', value: (row) => row.runs},
    {name: 'reason', text: true, wrap: true, value: (row) => row.message, about: 'of the first of them; numbers in it may differ'},
    {name: 'the first of them', text: true, wrap: true, value: (row) => row.first},
  ], data.broken)];
}

// Those that are set, as they stand in an experiment file.
function parameters_text(json) {
  const set = Object.entries(JSON.parse(json)).filter(([, value]) => value !== '');
  return set.map(([name, value]) => `${name} = ${JSON.stringify(value)}`).join(', ') || '–';
}

function how_section() {
  const how = data.how;
  const settings = (how.settings ?? '').trim().split('\n').filter(Boolean);
  const facts = [
    ['Best of all points', how.best_value ? `f = ${how.best_value} at x = ${how.best_point}` : ''],
    ['Program', how.program], ['Machine', how.machine], ['Seed', how.seed],
    ['First run', how.first_run], ['Last start', how.last_run],
    ['Time in runs', `${duration(how.wall_seconds)} over all workers, of which ${percent(how.wall_seconds > 0 ? how.problem_seconds / how.wall_seconds : null)} in the problems`],
    ['Experiment', how.experiment_file], ['Settings (--set)', settings.length ? settings.join('   ') : 'none'],
  ].filter(([, value]) => value);
  const plugins = (how.plugins ?? '').trim().split('\n').filter(Boolean).map((line) => {
    const [, id, version, hash, file] = /^(\S+) (\S+) ([0-9a-f]{32})? ?(.*)$/.exec(line) ?? [null, line, null, null, null];
    return {id, version, hash: hash ?? null, file};
  });
  const files = (how.files ?? '').trim().split('\n').filter(Boolean).map((line) => {
    const [, hash, file] = /^([0-9a-f]*) (.*)$/.exec(line) ?? [null, null, line];
    return {hash, file};
  });
  const text = (name, value, wrap = true) => ({name, text: true, wrap, value});
  return ['How it was run',
    element('dl', {}, ...facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
    table('Plugins', [text('id', (row) => row.id, false), text('version', (row) => row.version, false), text('hash of the file', (row) => row.hash), text('file', (row) => row.file)], plugins),
    ...(files.length ? [table('Files that plugins read', [text('file', (row) => row.file), text('hash', (row) => row.hash)], files)] : []),
    table('Problems', [text('problem', (row) => row.name, false), text('id', (row) => row.id, false), {name: 'instances', value: (row) => row.instances}, {...text('parameters', (row) => row.parameters), show: parameters_text}], data.problems),
    table('Optimizers', [optimizer_column('optimizer', (row) => data.optimizers.indexOf(row)), text('id', (row) => row.id, false), {...text('parameters', (row) => row.parameters), show: parameters_text}], data.optimizers),
    element('h3', {}, 'Experiment file'), element('pre', {}, how.experiment ?? '')];
}

const sections = [summary_section, loss_section, final_section, tests_section, targets_section, cosine_section, pictures_section, internals_section,
  broken_section, how_section];
