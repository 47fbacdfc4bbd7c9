// All budgets, as rows; ?budget=NAME, which alerts link to, marks one.
import { h, meter, name } from './tile.js';
import { count, instant, moment, percent, usd } from './format.js';
import { runsOut } from './head.js';
import { nothing } from './empty.js';

const show = (b) => (String(b.unit ?? 'USD').toUpperCase() === 'USD' ? usd : (v) => `${count(v)} ${b.unit}`);

function who(budget) {
  const group = Object.entries(budget.group ?? {}).map(([key, value]) => `${key} ${value || '–'}`).join(', ');
  return [name(budget.name), group ? [' ', h('span', { class: 'chip' }, name(group))] : null];
}

function row(budget, asOf, marked) {
  const amount = show(budget);
  return h('li', { class: marked ? 'marked' : null, 'data-budget': budget.name },
    h('p', { class: 'split' }, h('span', { class: 'who' }, who(budget), h('span', { class: 'muted' }, ' ' + (budget.period ?? ''))),
      h('span', null, `${amount(budget.spent)} of ${amount(budget.limit)}`)),
    meter(budget.utilization_percent, budget.name),
    h('p', { class: 'split small' }, runsOut(budget, asOf, { at: moment, by: moment, show: amount }),
      h('span', { class: 'muted', title: budget.resets_at ? 'until ' + instant(budget.resets_at) : null }, percent(budget.utilization_percent))));
}

export function budgets(app) {
  const section = document.getElementById('budgets');
  const body = h('div', { class: 'body' });
  section.append(body);
  let shown = '';

  function draw(costs) {
    const all = [...(costs.budgets ?? [])].sort((a, b) => (b.utilization_percent ?? -1) - (a.utilization_percent ?? -1));
    const wanted = app.place.budget;
    const rows = all.filter((b) => b.name === wanted).concat(all.filter((b) => b.name !== wanted));
    if (rows.length === 0) return body.replaceChildren(nothing({ says: 'No budget has a state yet. Budgets are those of budgetalert; without a configuration of your own 100 USD a day and 3,000 USD a month.' }));
    body.replaceChildren(h('ul', { class: 'budgets' }, rows.slice(0, 12).map((b) => row(b, costs.as_of ?? costs.timestamp, b.name === wanted))),
      rows.length > 12 ? h('p', { class: 'muted' }, `and ${rows.length - 12} more, which have used less`) : '');
    if (wanted && shown !== wanted && rows[0].name === wanted) section.scrollIntoView({ block: 'center' });
    if (wanted && rows[0].name !== wanted) body.prepend(h('p', { class: 'muted' }, 'There is no budget called ', name(wanted), '.'));
    shown = wanted;
  }
  app.watchCosts(draw);
}
