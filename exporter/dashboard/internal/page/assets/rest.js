// The rest of the page: its tiles, when they ask again, and how old what they show is.
import { breakdown } from './breakdown.js';
import { budgets } from './budgets.js';
import { changes, summary } from './panels.js';
import { chartTile } from './chart.js';
import { advice, suggestion, unpriced } from './advice.js';
import { alerts } from './alerts.js';
import { days } from './days.js';
import { instant, span, timeZone } from './format.js';
import { live } from './live.js';

// soon runs f once for all calls within a time, at its beginning or its end.
function soon(f, pause) {
  let timer = null;
  let last = -Infinity;
  return () => {
    if (timer) return;
    timer = setTimeout(() => { timer = null; last = performance.now(); f(); }, Math.max(0, last + pause - performance.now()));
  };
}

export function rest(app) {
  const send = { says: 'No model call in this range.', send: true };
  const quiet = { says: 'No model call in this range.' };
  const tiles = {
    cost: chartTile(app, 'cost', { panel: 'cost', stacked: true, height: 230, empty: send, unknown: { says: 'No call in this range has a price.' } }),
    latency: chartTile(app, 'latency', { panel: 'latency', empty: quiet }),
    ttft: chartTile(app, 'ttft', { panel: 'ttft', empty: { says: 'No streamed call in this range.' } }),
    errors: chartTile(app, 'errors', { panel: 'errors', empty: quiet }),
    tokens: chartTile(app, 'tokens', { panel: 'tokens', empty: quiet }),
    summary: summary(app), breakdown: breakdown(app), advice: advice(), alerts: alerts(app), days: days(app),
  };
  budgets(app);
  changes(app);
  unpriced(app);
  suggestion();

  const ranged = ['summary', 'cost', 'latency', 'ttft', 'errors', 'tokens', 'days'];
  const refresh = (names, options) => { if (!document.hidden) for (const key of names) tiles[key].refresh(options); };
  const everything = () => { app.head.health.refresh(); app.head.costs.refresh(); refresh(Object.keys(tiles)); };
  app.place.changed((values) => { if ('range' in values) refresh(ranged); });
  app.watchCosts(zoneChanged(() => refresh(['cost', 'latency', 'ttft', 'errors', 'tokens'], { force: true })));

  const afterSpend = soon(() => { app.head.costs.refresh(); refresh(['summary', 'cost', 'latency', 'ttft', 'errors', 'tokens', 'breakdown',
    'days']); }, 15000);
  const afterAlert = soon(() => refresh(['alerts', 'cost', 'advice']), 2000);
  const age = ager(app);
  live({
    spend(news) { app.head.spent(news); afterSpend(); },
    alert: afterAlert,
    health: (news) => app.head.showHealth(news),
    missed: everything,
    state: age.state,
  });
  document.addEventListener('visibilitychange', () => { if (!document.hidden) everything(); });
  refresh(Object.keys(tiles));
  setInterval(() => { if (!document.hidden) everything(); }, 60000);
}

// zoneChanged draws again what was drawn before the budgets' zone was known.
function zoneChanged(draw) {
  let zone = null;
  return () => {
    document.getElementById('zone').textContent = `Times and days are in ${timeZone()}, the time zone of the budgets.`;
    if (zone !== null && zone !== timeZone()) draw();
    zone = timeZone();
  };
}

// ager shows how old the newest amount is. The gateway's clock says how old it was when it came, and the browser's how long that is ago:
// the two clocks are never compared.
function ager(app) {
  const element = document.getElementById('age');
  const text = document.getElementById('age-text');
  let came = performance.now();
  let old = 0;
  let state = 'connecting';
  function show() {
    const seconds = old + (performance.now() - came) / 1000;
    const label = { live: 'live', lost: 'no connection', paused: 'paused', connecting: 'connecting' }[state];
    text.textContent = app.costs ? `${label} · data ${span(seconds)} old` : label;
    element.className = 'age ' + (state === 'live' ? (seconds > 120 ? 'late' : 'live') : state);
  }
  app.watchCosts((costs) => {
    came = performance.now();
    old = Math.max(0, (Date.parse(costs.timestamp) - Date.parse(costs.as_of ?? costs.timestamp)) / 1000) || 0;
    element.title = 'newest amount: ' + instant(costs.as_of ?? costs.timestamp);
    show();
  });
  setInterval(show, 1000);
  return { state(next) { state = next; show(); } };
}
