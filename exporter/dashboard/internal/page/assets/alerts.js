// Alerts: the active ones at the top of the page and told to screen readers, all of them in a list, one of them opened by ?alert=ID.
import { h, icon, link, name, tile } from './tile.js';
import { count, instant, moment, percent, usd } from './format.js';
import { nothing } from './empty.js';

const kinds = { error: 'bad', warning: 'warn', info: 'none' };
const kind = (a) => (a.state === 'resolved' ? 'good' : kinds[a.severity] ?? 'warn');

function value(v, unit) {
  if (unit === 'USD') return usd(v);
  if (unit === '1' || unit === 'ratio') return percent(v * 100);
  return count(v) + (unit ? ' ' + unit : '');
}

function details(a) {
  const rows = [
    ['Since', a.starts_at && instant(a.starts_at)], ['Ended', a.state === 'resolved' && a.ends_at && instant(a.ends_at)], ['Type', a.type], ['Why', a.reason],
    ['Value', typeof a.value === 'number' && `${value(a.value, a.unit)}, threshold ${value(a.threshold, a.unit)}`],
    ['Of', Object.entries(a.group ?? {}).map(([k, v]) => `${k}: ${v}`).join(', ')], ['Largest', (a.drivers ?? []).join(' · ')], ['Id', a.id],
  ].filter(([, text]) => text);
  return h('dl', { class: 'details' }, rows.map(([term, text]) => h('div', null, h('dt', null, term), h('dd', null, name(text)))),
    a.trace_url ? h('div', null, h('dt', null, 'Trace'), h('dd', null, link(a.trace_url, name(a.trace)))) : null);
}

function item(a, open, toggle) {
  const more = h('details', { open, 'data-alert': a.id, ontoggle: (e) => toggle(a.id, e.currentTarget.open) },
    h('summary', { 'data-key': 'alert ' + a.id }, icon(kind(a)), h('span', { class: 'offscreen' }, `${a.state} ${a.severity}: `),
      h('span', { class: 'who' }, name(a.body || a.name)), h('time', { class: 'muted', datetime: a.time }, moment(a.time ?? a.starts_at))),
    details(a));
  return h('li', null, more);
}

export function alerts(app) {
  const alarm = document.getElementById('alarm');
  const open = new Set(app.place.alert ? [app.place.alert] : []);
  let last = { active: [], past: [] };
  let wanted = app.place.alert;

  function toggle(id, isOpen) {
    if (isOpen) open.add(id);
    else open.delete(id);
  }

  function banner(active) {
    const worst = [...active].sort((a, b) => (b.severity === 'error') - (a.severity === 'error'));
    const lines = worst.slice(0, 3).map((a) => h('p', { class: kind(a) }, icon(kind(a)), ' ', h('span', { class: 'who' }, name(a.body || a.name)), ' ',
      h('button', { type: 'button', class: 'link', 'data-key': 'see ' + a.id, onclick: () => app.place.set({ alert: a.id }) }, 'Details')));
    if (active.length > 3) lines.push(h('p', { class: 'muted' }, `and ${active.length - 3} more active alerts`));
    // Only a change is put there, or a screen reader would say the same every minute.
    const text = worst.map((a) => a.id).join();
    if (alarm.dataset.shown !== text) alarm.replaceChildren(...lines);
    alarm.dataset.shown = text;
  }

  function draw(answer, body) {
    last = answer;
    const active = answer.active ?? [];
    const past = (answer.past ?? []).filter((p) => !active.some((a) => a.id === p.id));
    banner(active);
    if (active.length + past.length === 0) return body.replaceChildren(nothing({ says: 'No alert is active, and none was in the history.' }));
    body.replaceChildren(
      active.length ? h('ul', { class: 'alerts' }, active.map((a) => item(a, open.has(a.id), toggle))) : h('p', { class: 'muted' }, icon('good'),
        ' No alert is active.'),
      ...(past.length ? [h('h3', null, 'Before'), h('ul', { class: 'alerts' }, past.slice(0, 30).map((a) => item(a, open.has(a.id), toggle)))] : []));
    reveal();
  }

  const shell = tile('alerts', { path: () => '/alerts?limit=100', timeout: 10000, draw });

  function reveal() {
    if (!wanted) return;
    const found = [...shell.body.querySelectorAll('[data-alert]')].find((e) => e.dataset.alert === wanted);
    if (!found) return;
    wanted = '';
    found.open = true;
    found.scrollIntoView({ block: 'center' });
    found.querySelector('summary').focus({ preventScroll: true });
  }

  app.place.changed((values) => {
    if (!values.alert) return;
    wanted = values.alert;
    open.add(values.alert);
    if (last.active) reveal();
  });
  return shell;
}
