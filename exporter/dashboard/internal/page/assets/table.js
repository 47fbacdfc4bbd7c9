// A sortable table. Its head stays when the rows change, so the keyboard's focus does too.
import { h, name } from './tile.js';
import { nothing } from './empty.js';

// A column is {key, title, show (a text or an element), number (right-aligned, sorted downwards first)}.
export function sortable({ columns, caption, sort, down = true, empty, rowClass, most = 100 }) {
  const order = { key: sort, down };
  let rows = [];
  const heads = columns.map((c) => {
    const sign = h('span', { class: 'sign', 'aria-hidden': 'true' });
    const button = h('button', { type: 'button', title: c.help, onclick: () => {
      order.down = order.key === c.key ? !order.down : c.number === true;
      order.key = c.key;
      show();
    } }, c.title, sign);
    return { c, sign, th: h('th', { scope: 'col', class: c.number ? 'n' : null }, button) };
  });
  const body = h('tbody');
  const more = h('p', { class: 'muted' });
  const table = h('table', { class: 'rows' }, h('caption', { class: 'offscreen' }, caption), h('thead', null, h('tr', null, heads.map((x) => x.th))), body);
  const region = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption }, table);
  const element = h('div', null);

  function show() {
    for (const { c, sign, th } of heads) {
      th.setAttribute('aria-sort', c.key === order.key ? (order.down ? 'descending' : 'ascending') : 'none');
      sign.textContent = c.key === order.key ? (order.down ? ' ▼' : ' ▲') : '';
    }
    if (rows.length === 0) return element.replaceChildren(nothing(empty));
    const column = columns.find((c) => c.key === order.key);
    const sorted = [...rows].sort((a, b) => compare(value(column, a), value(column, b), order.down));
    body.replaceChildren(...sorted.slice(0, most).map((row) => h('tr', { class: rowClass?.(row) }, columns.map((c, i) => {
      const shown = c.show ? c.show(row[c.key], row) : name(row[c.key]);
      return h(i === 0 ? 'th' : 'td', { scope: i === 0 ? 'row' : null, class: c.number ? 'n' : null }, shown);
    }))));
    more.textContent = rows.length > most ? `the first ${most} of ${rows.length}` : '';
    if (!region.isConnected) element.replaceChildren(region, more);
  }

  return { element, set(next) { rows = next ?? []; show(); } };
}

const value = (column, row) => (column?.by ? column.by(row) : row[column?.key]);

// compare puts what is not known last, whichever way the rest is sorted.
function compare(a, b, down) {
  const none = (v) => v === null || v === undefined || v === '';
  if (none(a) || none(b)) return none(a) - none(b);
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
  return down ? -order : order;
}
