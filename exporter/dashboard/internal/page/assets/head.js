// The head of the page: is it well, what does it cost.
import { h, icon, meter, name, tile } from './tile.js';
import { clock, exact, instant, moment, percent, seconds, secondsBetween, setZone, span, timeZone, usd, whole } from './format.js';

const words = {
  healthy: ['good', 'Healthy'], degraded: ['warn', 'Degraded'], unhealthy: ['bad', 'Unhealthy'], no_data: ['none', 'No data yet'],
};

export function drawHealth(state, body) {
  const [kind, word] = state.status === 'no_data' && state.last_call ? ['none', 'No calls now']
    : words[state.status] ?? ['none', state.status ? String(state.status) : 'Not known'];
  const worse = (state.services ?? []).filter((s) => s.status !== 'healthy');
  body.replaceChildren(
    h('p', { class: 'headline state ' + kind }, icon(kind), ' ', word),
    h('p', { class: 'reason' }, name(state.reason, 'no reason was given')),
    state.services?.length > 0 ? h('ul', { class: 'services' }, (worse.length ? worse : state.services).slice(0, 3).map(service),
      worse.length ? null : h('li', { class: 'muted' }, state.services.length > 3 ? `and ${state.services.length - 3} more` : '')) : '',
    state.last_call ? h('p', { class: 'muted' }, `last call ${moment(state.last_call)}`) : '',
  );
}

function service(s) {
  const [kind, word] = words[s.status] ?? ['none', s.status];
  return h('li', { class: 'split' }, h('span', { class: 'who' }, icon(kind), ' ', h('span', { class: 'offscreen' }, word + ': '), name(s.service)),
    h('span', { class: 'muted' }, `${percent(s.error_rate)} errors · ${seconds(s.avg_response_time)}`));
}

// against says how an amount stands against an earlier one: in a sign, a word and a colour.
function against(now, before, label) {
  if (typeof now !== 'number' || typeof before !== 'number') return h('span', { class: 'muted' }, `nothing to compare with ${label}`);
  const title = `${label}: ${exact(before)}`;
  if (before === 0) return h('span', { class: 'muted', title }, now === 0 ? `nothing ${label} either` : `nothing ${label}`);
  const change = (now / before - 1) * 100;
  if (Math.abs(change) < 0.5) return h('span', { title }, `as ${label}`);
  const up = change > 0;
  return h('span', { class: up ? 'up' : 'down', title }, h('span', { 'aria-hidden': 'true' }, up ? '▲ ' : '▼ '),
    h('span', { class: 'offscreen' }, up ? 'up ' : 'down '), percent(Math.abs(change)), h('span', { class: 'muted' }, ` vs ${label} (${usd(before)})`));
}

const isUSD = (b) => String(b.unit ?? 'USD').toUpperCase() === 'USD';

// budgetOf is the budget whose bar stands under a total: the one in USD for everybody with that limit.
export function budgetOf(costs, period, limit) {
  const whole = (costs.budgets ?? []).filter((b) => isUSD(b) && Object.keys(b.group ?? {}).length === 0 && b.period === period);
  return whole.find((b) => b.limit === limit) ?? whole[0];
}

export function runsOut(budget, asOf, { at, by, show = usd }) {
  if (!budget) return h('span', { class: 'muted' }, 'no budget is set');
  if (typeof budget.remaining === 'number' && budget.remaining <= 0) return h('span', { class: 'bad' }, `used up; a new one begins ${at(budget.resets_at)}`);
  const left = secondsBetween(asOf, budget.exhausts_at);
  const inside = left !== null && (secondsBetween(budget.exhausts_at, budget.resets_at) ?? 1) > 0;
  if (inside) return h('span', { class: 'warn', title: instant(budget.exhausts_at) }, `runs out ${at(budget.exhausts_at)}, in ${span(left)}`);
  const unknown = budget.resets_at ? 'too early to say how long it lasts' : '';
  return h('span', { class: 'muted' }, typeof budget.forecast === 'number' ? `lasts: ${show(budget.forecast)} expected by ${by(budget.resets_at)}` : unknown);
}

function amount(id, value, zone) {
  return h('p', { class: 'headline', title: exact(value) },
    h('data', { id, value: value ?? '' }, usd(value)), h('span', { class: 'zone' }, zone));
}

function money(costs, part) {
  const { value, limit, used, before, label, budget, when, id, more } = part;
  return [
    amount(id, value, costs.time_zone ?? timeZone()),
    h('p', null, against(value, before, label)),
    typeof limit === 'number' && limit > 0
      ? [meter(used, `Share of ${usd(limit)}`), h('p', { class: 'split' },
        h('span', null, `${percent(used)} of ${usd(limit)}`), h('span', { class: 'muted' }, budget?.remaining >= 0 ? `${usd(budget.remaining)} left` : ''))]
      : null,
    h('p', null, runsOut(budget, costs.as_of ?? costs.timestamp, when)),
    more,
  ].flat(Infinity).filter(Boolean);
}

// priceless says what the amount of today lacks.
function priceless(costs) {
  const calls = (costs.unpriced ?? []).reduce((sum, row) => sum + (row.calls ?? 0), 0);
  return calls > 0 ? h('p', { class: 'warn' }, icon('warn'), ` without ${whole(calls)} ${calls === 1 ? 'call that has' : 'calls that have'} no price`) : null;
}

// parts is what the two cards show of an answer of /costs.
function parts(costs) {
  const now = costs.current_costs ?? {};
  const budgets = costs.budget_status ?? {};
  const compare = costs.compare ?? {};
  const saved = costs.optimization_metrics?.total_savings;
  const day = budgetOf(costs, 'day', budgets.daily_budget);
  const month = budgetOf(costs, 'month', budgets.monthly_budget);
  const expected = typeof now.projected_monthly === 'number' && typeof month?.forecast !== 'number' ? h('p', { class: 'muted' },
    `expected at the end of the month: ${usd(now.projected_monthly)}`) : null;
  return {
    today: { id: 'today-usd', value: now.daily, limit: budgets.daily_budget, used: budgets.daily_utilization, budget: day,
      when: { at: (t) => 'at ' + clock(t), by: () => 'midnight' },
      before: compare.yesterday_same_time, label: 'yesterday at this time', more: [priceless(costs), saved > 0 ? h('p', { class: 'saving', title: exact(saved) },
        `${usd(saved)} saved by the prompt cache and contracts`) : null] },
    month: { id: 'month-usd', value: now.monthly, limit: budgets.monthly_budget, used: budgets.monthly_utilization, budget: month,
      when: { at: moment, by: () => 'the end of the month' },
      before: compare.last_month_same_time, label: 'last month at this time', more: expected },
  };
}

// head makes the tiles of the first wave. seen is told of each answer of /costs.
export function head({ seen }) {
  let well = null;
  const showHealth = (state, body = health.body) => { well = state; drawHealth(state, body); };
  const health = tile('health', { path: () => '/health', timeout: 5000, draw: showHealth });
  const month = document.getElementById('month');
  const monthBody = h('div', { class: 'body' }, h('div', { class: 'wait', 'aria-hidden': 'true' }));
  month.append(monthBody);
  let last = null;

  function draw(costs, body) {
    last = costs;
    const zone = timeZone();
    if (costs.time_zone) setZone(costs.time_zone);
    if (well && zone !== timeZone()) showHealth(well);
    const { today, month: m } = parts(costs);
    body.replaceChildren(...money(costs, today));
    monthBody.replaceChildren(...money(costs, m));
    performance.mark('first-number');
  }
  const today = tile('today', { path: () => '/costs', timeout: 10000, draw });

  async function refresh(options) {
    const answer = await today.refresh(options);
    month.classList.toggle('stale', today.section.classList.contains('stale'));
    if (answer) seen(answer);
    return answer;
  }

  // spent takes the head of /costs out of the stream of events.
  function spent(news) {
    if (!last) return;
    last = { ...last, ...news, current_costs: { ...last.current_costs, ...news.current_costs },
      budget_status: { ...last.budget_status, ...news.budget_status } };
    draw(last, today.body);
    seen(last);
  }

  return { health, showHealth, costs: { refresh }, spent };
}
