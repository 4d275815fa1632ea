// Figures as SVG and PNG for papers, tables as CSV.
'use strict';

function download(name, blob) {
  const link = element('a', {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const file_name = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'zeroth';

// A colour of the style sheet as it is on paper.
function paper_colour(name) {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const pair = /^light-dark\(([^,]+),/.exec(value);
  return pair ? pair[1].trim() : value;
}

// One drawing out of panels [{title, svg}], in rows, and above them the legend's lines [{name, stroke, strokeDasharray}].
function compose(panels, lines) {
  const gap = 16, title_height = 18, line_height = 18;
  const columns = Math.min(panels.length, panels.length === 4 ? 2 : 3);
  const [width, height] = [Number(panels[0].svg.getAttribute('width')), d3.max(panels, (panel) => Number(panel.svg.getAttribute('height')))];
  const total_width = columns * width + (columns - 1) * gap;
  const svg = d3.create('svg').attr('xmlns', 'http://www.w3.org/2000/svg')
    .attr('font-family', 'Helvetica, Arial, sans-serif').attr('font-size', 11).attr('fill', 'var(--ink)').attr('color', 'var(--ink)');
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = '11px Helvetica, Arial, sans-serif';
  let [x, y] = [0, 12];
  for (const {name, stroke, strokeDasharray} of lines) {
    const step = 26 + pen.measureText(name).width + 16;
    if (x > 0 && x + step > total_width) [x, y] = [0, y + line_height];
    svg.append('line').attr('x1', x).attr('x2', x + 20).attr('y1', y - 4).attr('y2', y - 4)
      .attr('stroke', stroke).attr('stroke-width', 2).attr('stroke-dasharray', strokeDasharray);
    svg.append('text').attr('x', x + 26).attr('y', y).text(name);
    x += step;
  }
  const top = lines.length ? y + 12 : 0;
  const row_height = height + (panels.length > 1 ? title_height : 0) + gap;
  panels.forEach((panel, i) => {
    const left = (i % columns) * (width + gap), above = top + Math.floor(i / columns) * row_height;
    if (panels.length > 1) svg.append('text').attr('x', left).attr('y', above + 12).attr('font-weight', 600).text(panel.title);
    panel.svg.setAttribute('x', left);
    panel.svg.setAttribute('y', above + (panels.length > 1 ? title_height : 0));
    panel.svg.removeAttribute('style');
    svg.node().append(panel.svg);
  });
  const total_height = top + Math.ceil(panels.length / columns) * row_height - gap;
  svg.attr('width', total_width).attr('height', total_height).attr('viewBox', `0 0 ${total_width} ${total_height}`);
  const text = new XMLSerializer().serializeToString(svg.node())
    .replaceAll(/var\((--[a-z0-9-]+)(?:, [^)]*)?\)/g, (_, name) => paper_colour(name === '--plot-background' ? '--paper' : name));
  return {text, width: total_width, height: total_height};
}

const save_svg = (name, drawing) => download(`${file_name(name)}.svg`, new Blob([drawing.text], {type: 'image/svg+xml'}));

// At three times its size: 300 dpi at about a hand's width.
async function png_of(drawing) {
  const scale = 3;
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([drawing.text], {type: 'image/svg+xml'}));
  await image.decode();
  const canvas = element('canvas', {width: drawing.width * scale, height: drawing.height * scale});
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#ffffff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((done) => canvas.toBlob(done, 'image/png'));
}
const save_png = async (name, drawing) => download(`${file_name(name)}.png`, await png_of(drawing));

// RFC 4180; what is missing is empty.
function csv_of(columns, rows) {
  const field = (value) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [columns.map((column) => field(column.name)), ...rows.map((row) => columns.map((column) => field(column.value(row))))];
  return lines.map((line) => line.join(',') + '\r\n').join('');
}
