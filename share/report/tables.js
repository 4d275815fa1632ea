// Tables that sort by any column and save as CSV.
'use strict';

// columns  [{name, value: row -> number, text or null, show: value, row -> text or element, text: left-aligned, wrap, about}]
//          value is what is sorted and saved, show what is seen.
// marked   row -> whether it stands out.
function table(name, columns, rows, marked = () => false) {
  const body = element('tbody');
  const fill = (sorted) => body.replaceChildren(...sorted.map((row) => element('tr', {class: marked(row) ? 'better' : undefined},
    ...columns.map((column) => {
      const value = column.value(row);
      const shown = column.show ? column.show(value, row) : typeof value === 'number' || value === null ? number(value) : value;
      return element('td', {class: (column.text ? 'text' : '') + (column.wrap ? ' wrap' : '')}, shown);
    }))));
  const heads = columns.map((column) => element('th', {class: column.text ? 'text' : '', scope: 'col', title: column.about},
    element('button', {type: 'button', onclick: () => sort(column)}, column.name)));
  function sort(column) {
    const head = heads[columns.indexOf(column)];
    const direction = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
    heads.forEach((each) => each.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', direction);
    // What is missing stays last either way.
    const order = direction === 'ascending' ? d3.ascending : d3.descending;
    const missing = (row) => Number(column.value(row) === null);
    fill([...rows].sort((a, b) => missing(a) - missing(b) || order(column.value(a), column.value(b))));
  }
  fill(rows);
  return element('div', {class: 'table'},
    element('div', {class: 'head'}, element('h3', {}, name),
      element('button', {type: 'button', class: 'save', onclick: () => download(`${file_name(name)}.csv`, new Blob([csv_of(columns, rows)], {type: 'text/csv'}))}, 'CSV')),
    element('div', {class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name},
      element('table', {}, element('thead', {}, element('tr', {}, ...heads)), body)));
}

// A column of optimizers, with their colours.
const optimizer_column = (name, optimizer = (row) => row.optimizer) => ({
  name, text: true,
  value: (row) => label(optimizer(row)),
  show: (value, row) => element('span', {}, swatch(series(optimizer(row))), element('span', {}, value)),
});
