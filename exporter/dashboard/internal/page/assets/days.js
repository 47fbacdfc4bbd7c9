// The days of the book, by model; copied as Markdown or CSV into a report.
import { copyText, h, icon, name, tile } from './tile.js';
import { count, dayName, exact, usd, whole } from './format.js';
import { nothing } from './empty.js';

const columns = [['input', 'Input'], ['output', 'Output'], ['cache_write', 'Cache write'], ['cache_read', 'Cache read']];

const plus = (a, b) => (typeof b === 'number' ? (a ?? 0) + b : a);

// byDay puts the rows of one date into one, newest first. What no row knows is null.
export function byDay(rows) {
  const days = new Map();
  for (const row of rows) {
    const d = days.get(row.date) ?? { date: row.date, models: [], input: null, output: null, cache_write: null, cache_read: null, nano: null };
    if (row.model && !row.rest && !d.models.includes(row.model)) d.models.push(row.model);
    for (const [key] of columns) d[key] = plus(d[key], row[key]);
    if (typeof row.usd === 'number') d.nano = plus(d.nano, Math.round(row.usd * 1e9)); // amounts are whole billionths: sums of doubles would not be
    days.set(row.date, d);
  }
  return [...days.values()].map((d) => ({ ...d, usd: d.nano === null ? null : d.nano / 1e9 })).sort((a, b) => (a.date < b.date ? 1 : -1));
}

const amount = (v) => (v === null ? '' : (Math.round(v * 1e9) / 1e9).toFixed(9).replace(/0{1,7}$/, ''));
const cells = (d) => [d.date, d.models.join(', '), ...columns.map(([key]) => d[key] ?? ''), amount(d.usd)];
const head = ['Date', 'Models', 'Input', 'Output', 'Cache write', 'Cache read', 'USD'];

export function markdown(days) {
  const safe = (v) => String(v).replace(/[\\|`*_<>[\]]/g, '\\$&').replace(/\s+/g, ' ');
  const line = (list) => '| ' + list.join(' | ') + ' |\n';
  return line(head) + line(['---', '---', '--:', '--:', '--:', '--:',
    '--:']) + days.map((d) => line(cells(d).map((v, i) => (i === 1 ? safe(v) : v)))).join('');
}

// csv follows RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe: names come from senders.
export function csv(days) {
  const cell = (v) => {
    let text = String(v);
    if (/^[=+\-@\t\r]/.test(text) && typeof v !== 'number') text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  return [head, ...days.map(cells)].map((list) => list.map(cell).join(',') + '\r\n').join('');
}

const zoned = (at, days, zone) => new Date(at.getTime() - days * 86400e3).toLocaleDateString('en-CA', { timeZone: zone });

export function days(app) {
  let list = [];
  const copy = (label, text) => h('button', { type: 'button', class: 'tool', onclick: (e) => copyText(text(list), e.currentTarget) }, icon('copy'),
    h('span', null, label));
  const tools = h('div', { class: 'tools', hidden: true }, copy('Markdown', markdown), copy('CSV', csv));
  document.getElementById('days-h').after(tools);
  const span = () => (app.place.range === '30d' ? 30 : 7);
  return tile('days', {
    path: () => {
      const now = new Date(app.costs?.timestamp ?? Date.now());
      const zone = app.costs?.time_zone ?? 'UTC';
      return `/costs/days?from=${zoned(now, span() - 1, zone)}&to=${zoned(now, 0, zone)}`;
    },
    timeout: 20000,
    draw(answer, body) {
      list = byDay(answer.days ?? []);
      tools.hidden = list.length === 0;
      if (list.length === 0) return body.replaceChildren(nothing({ says: 'The book has no day yet.', send: true }));
      body.replaceChildren(h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of days' }, h('table', { class: 'rows' },
        h('caption', { class: 'offscreen' }, 'Tokens and cost of each day'),
        h('thead', null, h('tr', null, ['Date', 'Models'].map((t) => h('th', { scope: 'col' }, t)),
          columns.map(([, t]) => h('th', { scope: 'col', class: 'n' }, t)), h('th', { scope: 'col', class: 'n' }, 'Cost'))),
        h('tbody', null, list.map((d) => h('tr', null, h('th', { scope: 'row', title: d.date }, dayName(d.date)),
          h('td', { class: 'long' }, name(d.models.join(', '))),
          columns.map(([key]) => h('td', { class: 'n', title: whole(d[key]) }, count(d[key]))), h('td', { class: 'n', title: exact(d.usd) }, usd(d.usd))))))),
      h('p', { class: 'muted small' }, `Days of ${answer.time_zone ?? app.costs?.time_zone ?? 'UTC'}.`));
    },
  });
}
