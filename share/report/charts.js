// Charts: data and settings to one SVG, by Observable Plot.
'use strict';

const chart_style = {background: 'none', color: 'var(--ink)', fontSize: '11px'};

function plot({width, height, marks, ...options}) {
  return Plot.plot({width, height, marginLeft: 52, marginRight: 14, marginBottom: 38, style: chart_style, marks, ...options});
}

const axes = (x, y) => [
  Plot.gridX({ticks: 6, stroke: 'var(--line)', strokeOpacity: 1}),
  Plot.gridY({ticks: 6, stroke: 'var(--line)', strokeOpacity: 1}),
  Plot.axisX({label: x, labelAnchor: 'center', labelOffset: 34, labelArrow: 'none', ticks: 6, tickFormat: short}),
  Plot.axisY({label: y, labelArrow: 'none', ticks: 6, tickFormat: short}),
];

// Ticks: 0.05, 500, 20k, 1e-6
function short(value) {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size < 1e-3 || size >= 1e7) return value.toExponential().replace('e+', 'e');
  return size >= 1e4 ? d3.format('~s')(value) : String(Number(value.toPrecision(6)));
}

const tips = (points, text) => Plot.tip(points, Plot.pointer({
  x: 'x', y: 'y', title: text, fill: 'var(--surface)', stroke: 'var(--muted)', textPadding: 6, fontSize: 11}));

// Middle line and band over iterations or queries.
function loss_chart(curves, {axis, statistic, x_scale, y_scale}, shown, size) {
  const {x, series: all} = curves[axis];
  const usable = (at, loss) => loss !== null && (x_scale !== 'log' || at > 0) && (y_scale !== 'log' || loss > 0);
  const lines = all.filter((each) => shown(each.optimizer)).map((each) => ({
    optimizer: each.optimizer,
    points: x.map((at, i) => {
      const y = statistic === 'median' ? each.median[i] : each.mean[i];
      const low = statistic === 'median' ? each.lower[i] : y - each.deviation[i];
      const high = statistic === 'median' ? each.upper[i] : y + each.deviation[i];
      return {optimizer: each.optimizer, x: at, y: usable(at, y) ? y : NaN,
        low: usable(at, low) && y !== null ? low : NaN, high: usable(at, high) && y !== null ? high : NaN};
    }).filter((point) => x_scale !== 'log' || point.x > 0),
  }));
  // On a log axis a band that reaches zero goes down to the lowest middle line.
  const floor = d3.min(lines, (line) => d3.min(line.points, (point) => point.y));
  const band_low = (point) => (Number.isNaN(point.low) && y_scale === 'log' ? floor : point.low);
  const points = lines.flatMap((line) => line.points).filter((point) => !Number.isNaN(point.y));
  if (points.length === 0) return null;
  const dots = lines.filter((line) => line.points.filter((point) => !Number.isNaN(point.y)).length === 1);
  return plot({
    ...size,
    x: {type: x_scale}, y: {type: y_scale, zero: false, nice: y_scale === 'linear'},
    marks: [
      ...axes(axis, 'loss'),
      ...lines.map((line) => Plot.areaY(line.points.map((point) => ({...point, low: Number.isNaN(point.high) ? NaN : band_low(point)})),
        {x: 'x', y1: 'low', y2: 'high', fill: series(line.optimizer).stroke, fillOpacity: 0.13})),
      ...lines.map((line) => Plot.lineY(line.points, {x: 'x', y: 'y', strokeWidth: 1.8, ...series(line.optimizer)})),
      ...dots.map((line) => Plot.dot(line.points, {x: 'x', y: 'y', r: 3.5, fill: series(line.optimizer).stroke})),
      tips(points, (point) => `${label(point.optimizer)}\n${number(point.x)} ${axis}\n${statistic} ${number(point.y)}` +
        (Number.isNaN(point.low) || Number.isNaN(point.high) ? '' : `\n${number(point.low)} .. ${number(point.high)}`)),
    ],
  });
}

// Mean cosines over iterations.
function cosine_chart({x, series: all}, {band, x_scale}, shown, size) {
  const lines = all.filter((each) => shown(each.optimizer)).map((each) => ({optimizer: each.optimizer, points: x.map((at, i) => ({
    optimizer: each.optimizer, x: at, y: each.mean[i] ?? NaN, low: each.mean[i] - each.deviation[i], high: each.mean[i] + each.deviation[i],
  })).filter((point) => !Number.isNaN(point.y))})).filter((line) => line.points.length);
  if (lines.length === 0) return null;
  return plot({
    ...size,
    x: {type: x_scale},
    marks: [
      ...axes('iterations', 'cosine'),
      ...(band === 'none' ? [] : lines.map((line) => Plot.areaY(line.points, {x: 'x', y1: 'low', y2: 'high', fill: series(line.optimizer).stroke, fillOpacity: 0.13}))),
      Plot.ruleY([0], {stroke: 'var(--muted)'}),
      ...lines.map((line) => Plot.lineY(line.points, {x: 'x', y: 'y', strokeWidth: 1.5, ...series(line.optimizer)})),
      tips(lines.flatMap((line) => line.points), (point) => `${label(point.optimizer)}\niteration ${number(point.x)}\ncosine ${number(point.y, 3)}`),
    ],
  });
}

// One number of each optimizer against a parameter of it, with standard errors; a line for each family.
function sweep_chart({parameter, families}, {means}, {window, x_scale}, size) {
  const lines = families.map(({name, points}, i) => ({name, ...series(i), points: points.map(({optimizer, at}) => {
    const found = means.find((row) => row.optimizer === optimizer)?.windows[window];
    if (!found || found.mean === null || (x_scale === 'log' && at <= 0)) return null;
    const error = found.runs > 1 ? found.deviation / Math.sqrt(found.runs) : 0;
    return {name, x: at, y: found.mean, low: found.mean - error, high: found.mean + error};
  }).filter(Boolean).sort((a, b) => a.x - b.x)})).filter((line) => line.points.length);
  if (lines.length === 0) return null;
  return plot({
    ...size,
    x: {type: x_scale}, y: {zero: false, nice: true},
    marks: [
      ...axes(parameter, 'mean cosine'),
      ...lines.flatMap((line, i) => [
        Plot.lineY(line.points, {x: 'x', y: 'y', stroke: line.stroke, strokeWidth: 1.8}),
        Plot.ruleX(line.points, {x: 'x', y1: 'low', y2: 'high', stroke: line.stroke}),
        Plot.dot(line.points, {x: 'x', y: 'y', r: 3, fill: line.stroke}),
        Plot.text([line.name], {frameAnchor: 'top-left', dx: 10, dy: 8 + 16 * i, text: (name) => name, fill: line.stroke, fontWeight: 600}),
      ]),
      tips(lines.flatMap((line) => line.points), (point) => `${point.name}\n${number(point.x)}: ${number(point.y, 3)}`),
    ],
  });
}

// What the optimizer said of its iterations, and what other rules say.
function internals_chart(lines, rules, size) {
  const drawn = lines.map((line) => {
    const rule = rules.indexOf(line);
    return {...(rule < 0 ? own_line : series(rule)), points: line.x.map((x, i) => ({name: line.name, x, y: line.y[i] ?? NaN}))};
  });
  const points = drawn.flatMap((line) => line.points).filter((point) => !Number.isNaN(point.y));
  if (points.length === 0) return null;
  return plot({
    ...size, marginLeft: 60,
    marks: [
      ...axes('iterations', null),
      Plot.ruleY([0], {stroke: 'var(--muted)'}),
      ...drawn.map(({points: some, ...stroke}) => Plot.lineY(some, {x: 'x', y: 'y', strokeWidth: 1.2, ...stroke})),
      tips(points, (point) => `${point.name}\niteration ${number(point.x)}\n${number(point.y)}`),
    ],
  });
}

// Step functions of shares: distributions of queries, performance profiles.
function share_chart(all, {x_label, y_label, from, to}, shown, size) {
  const lines = all.filter((each) => shown(each.optimizer)).map((each) => {
    // What has come before the axis begins stands at its beginning.
    const steps = each.x.map((x, i) => ({optimizer: each.optimizer, x: Math.max(x, from), y: each.y[i]}));
    const end = {optimizer: each.optimizer, x: to, y: steps.length ? steps[steps.length - 1].y : 0};
    return {optimizer: each.optimizer, points: [{optimizer: each.optimizer, x: from, y: 0}, ...steps, end]};
  });
  if (lines.length === 0) return null;
  return plot({
    ...size,
    x: {type: 'log', domain: [from, to]}, y: {domain: [0, 1]},
    marks: [
      ...axes(x_label, y_label),
      ...lines.map((line) => Plot.lineY(line.points, {x: 'x', y: 'y', curve: 'step-after', strokeWidth: 1.8, ...series(line.optimizer)})),
      tips(lines.flatMap((line) => line.points), (point) => `${label(point.optimizer)}\n${percent(point.y)} at ${number(point.x, 3)}`),
    ],
  });
}

const pen = document.createElement('canvas').getContext('2d');
function text_width(text) {
  pen.font = '600 11px system-ui, "DejaVu Sans", sans-serif';
  return pen.measureText(text).width;
}

// What names take at the side of a chart, within reason.
const name_width = (names, width) => Math.min(0.4 * width, 14 + d3.max(names, text_width));

// Shortened in the middle: labels of sweeps differ at their ends.
function fitted(name, width) {
  let short_name = name;
  for (let kept = name.length - 1; kept > 1 && text_width(short_name) > width; --kept)
    short_name = `${name.slice(0, Math.ceil(kept / 2))}…${name.slice(name.length - Math.floor(kept / 2))}`;
  return short_name;
}

// Tukey's boxes; how many runs have no loss stands beside them.
function box_chart(boxes, {x_scale}, shown, {width}) {
  const usable = (value) => value !== null && (x_scale !== 'log' || value > 0);
  const rows = boxes.filter((box) => shown(box.optimizer)).map((box) => ({...box, name: label(box.optimizer), ...series(box.optimizer)}));
  const drawn = rows.filter((box) => ['low', 'lower', 'median', 'upper', 'high'].every((name) => usable(box[name])));
  if (rows.length === 0) return null;
  const margin = name_width(rows.map((row) => row.name), width);
  const colour = {fill: (box) => box.stroke, stroke: (box) => box.stroke};
  return plot({
    width, height: 62 + 26 * rows.length, marginLeft: margin,
    x: {type: x_scale}, y: {domain: rows.map((row) => row.name), padding: 0.35}, color: {type: 'identity'},
    marks: [
      Plot.gridX({ticks: 6, stroke: 'var(--line)', strokeOpacity: 1}),
      Plot.axisX({label: 'final loss', labelAnchor: 'center', labelOffset: 34, labelArrow: 'none', ticks: 6, tickFormat: short}),
      Plot.axisY({label: null, tickSize: 0, tickFormat: (name) => fitted(name, margin - 12)}),
      Plot.ruleY(drawn, {x1: 'low', x2: 'high', y: 'name', stroke: colour.stroke}),
      Plot.barX(drawn, {x1: 'lower', x2: 'upper', y: 'name', fill: colour.fill, fillOpacity: 0.25, stroke: colour.stroke}),
      Plot.tickX(drawn, {x: 'median', y: 'name', stroke: colour.stroke, strokeWidth: 2.5}),
      Plot.dot(drawn.filter((box) => usable(box.mean)), {x: 'mean', y: 'name', symbol: 'diamond', r: 3, stroke: 'var(--ink)', fill: 'var(--paper)'}),
      Plot.dot(drawn.flatMap((box) => box.outliers.filter(usable).map((loss) => ({loss, name: box.name, stroke: box.stroke}))),
        {x: 'loss', y: 'name', r: 2, stroke: colour.stroke, fill: 'none'}),
      Plot.text(rows.filter((box) => box.without_loss > 0), {y: 'name', frameAnchor: 'right', textAnchor: 'end', fill: 'var(--alarm)',
        stroke: 'var(--paper)', strokeWidth: 4, text: (box) => `${box.without_loss} without a loss`}),
      Plot.tip(drawn, Plot.pointer({x: 'median', y: 'name', fill: 'var(--surface)', stroke: 'var(--muted)',
        title: (box) => `${box.name}\n${box.finite} runs\nmedian ${number(box.median)}\nquartiles ${number(box.lower)} .. ${number(box.upper)}\nmean ${number(box.mean)}`})),
    ],
  });
}

// Mean ranks on a line, and bars over those that the Nemenyi test does not tell apart (Demsar 2006).
function rank_chart({ranking, groups, critical_difference: critical}, {width}) {
  const left = Math.ceil(ranking.length / 2);
  const space = 0.5 * groups.length + 0.6;  // rows of bars under the axis
  const places = ranking.map((each, i) => ({...each, name: label(each.optimizer), ...series(each.optimizer), left: i < left,
    row: space + (i < left ? i : ranking.length - 1 - i), edge: i < left ? 1 : ranking.length}));
  const bars = groups.map(([first, last], i) => ({x1: ranking[first].rank, x2: ranking[last].rank, y: 0.5 * (i + 1)}));
  const rank = (place) => `  ${place.rank.toFixed(2)}`;
  const margin = name_width(places.map((place) => place.name + rank(place)), width);
  const name = (place) => fitted(place.name, margin - 12 - text_width(rank(place))) + rank(place);
  const label_mark = (some, options) => Plot.text(some, {x: 'edge', y: 'row', text: name, fill: (place) => place.stroke, fontWeight: 600, ...options});
  return plot({
    width, height: 76 + 22 * (space + left), marginLeft: margin, marginRight: margin, marginTop: 64, marginBottom: 4,
    x: {domain: [1, ranking.length]}, y: {domain: [0, space + left], reverse: true, axis: null}, color: {type: 'identity'},
    marks: [
      Plot.axisX({anchor: 'top', label: null, ticks: ranking.length <= 12 ? d3.range(1, ranking.length + 1) : 10, tickFormat: String}),
      Plot.ruleY([0], {stroke: 'var(--ink)'}),
      Plot.link([{x2: Math.min(1 + critical, ranking.length)}], {x1: 1, x2: 'x2', y1: 0, y2: 0, dy: -46, stroke: 'var(--muted)', strokeWidth: 2, markerStart: 'tick', markerEnd: 'tick'}),
      Plot.text([{}], {x: () => 1, y: () => 0, dx: 0, dy: -58, textAnchor: 'start', fill: 'var(--muted)',
        text: () => `mean ranks; critical difference ${number(critical, 3)}${critical > ranking.length - 1 ? ' (longer than the axis)' : ''}`}),
      Plot.link(places, {x1: 'rank', x2: 'rank', y1: () => 0, y2: 'row', stroke: (place) => place.stroke}),
      Plot.link(places, {x1: 'rank', x2: 'edge', y1: 'row', y2: 'row', stroke: (place) => place.stroke}),
      Plot.link(bars, {x1: 'x1', x2: 'x2', y1: 'y', y2: 'y', stroke: 'var(--ink)', strokeWidth: 5, strokeLinecap: 'round'}),
      label_mark(places.filter((place) => place.left), {textAnchor: 'end', dx: -5}),
      label_mark(places.filter((place) => !place.left), {textAnchor: 'start', dx: 5}),
    ],
  });
}
