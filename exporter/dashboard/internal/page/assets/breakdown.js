// The tables of models, agents, teams, tools and the dearest runs, as tabs of one tile.
import { ask, h, icon, link, name } from './tile.js';
import { count, exact, moment, percent, seconds, secondsBetween, span, usd, whole } from './format.js';
import { sortable } from './table.js';

const dollars = (v) => h('span', { title: exact(v) }, usd(v));
// cost is of the calls with a price: a sign says that there are others.
const cost = (v, row) => (row.unpriced_calls > 0
  ? h('span', { title: `${exact(v)}; ${whole(row.unpriced_calls)} calls have no price` }, usd(v), ' ', icon('warn'),
    h('span', { class: 'offscreen' }, ` ${whole(row.unpriced_calls)} calls have no price`)) : dollars(v));
const number = (v) => h('span', { title: whole(v) }, count(v));
const quality = (v) => (typeof v === 'number' ? v.toFixed(2) : '–');
const rate = (v) => (v >= 5 ? h('span', { class: 'bad' }, icon('warn'), ' ', percent(v)) : percent(v));

const figure = (key, title, show, help) => ({ key, title, number: true, show, help });
const col = {
  usd: figure('usd', 'Cost', cost), each: figure('usd_per_call', 'Each', dollars, 'cost of a call'),
    share: figure('share_percent', 'Share', percent, 'of the cost'),
  calls: figure('calls', 'Calls', number), tokens: figure('tokens', 'Tokens', number),
  errors: figure('error_percent', 'Errors', rate), retries: figure('retry_percent', 'Retries', percent),
  cache: figure('cache_hit_percent', 'Cached', percent, 'input tokens read from the cache'),
    output: figure('output_tokens_per_second', 'Tokens/s', count, 'of the answer'),
  quality: figure('quality', 'Quality', quality, 'mean of the evaluations'),
};
const money = [col.usd, col.share, col.calls, col.each, col.tokens];
const speed = [figure('p50', 'p50', seconds), figure('p95', 'p95', seconds), figure('ttft_p50', 'First token', seconds, 'median time to the first token')];

const first = (title) => ({ key: 'name', title, show: (v) => name(v) });
const empty = { says: 'No model call in this range.', send: true };
const models = (row) => (row.models ?? []).join(', ');
const took = (row) => secondsBetween(row.started_at, row.ended_at);

// A column of which nothing is known is not shown.
const tables = {
  models: { label: 'Models', path: '/models', list: 'rows', empty,
    columns: [first('Model'), { key: 'provider', title: 'Provider' }, ...money, ...speed, col.errors, col.retries, col.cache, col.output, col.quality] },
  agents: { label: 'Agents', path: '/agents', list: 'rows', columns: [first('Agent'), ...money, ...speed, col.errors, col.cache, col.quality],
    empty: { says: 'No agent in this range: an agent is a span with gen_ai.agent.name.', send: true } },
  groups: { label: 'Teams', path: '/groups', list: 'rows', columns: [{ ...first('Team'), show: (v, row) => name(groupText(row) || v),
    by: groupText }, ...money, col.cache],
    empty: { says: 'No teams: name the keys by which the book is kept (book.by in budgetalert) and send them with the spans: OTEL_RESOURCE_ATTRIBUTES=team=search' } },
  tools: { label: 'Tools', path: '/tools', list: 'rows', sort: 'calls',
    columns: [first('Tool'), { ...col.calls, title: 'Runs' }, ...money.filter((c) => c.key !== 'calls'), ...speed, col.errors],
    empty: { says: 'No tool ran in this range: a tool is a span with gen_ai.operation.name execute_tool.' } },
  runs: { label: 'Dearest runs', path: '/runs', list: 'runs', window: true, columns: [
    { key: 'id', title: 'Run', show: (v, row) => link(row.trace_url, name(v)) }, { key: 'kind', title: 'Kind' }, { key: 'agent', title: 'Agent' },
      { key: 'service', title: 'Service' },
    { key: 'models', title: 'Models', show: (_, row) => name(models(row)), by: models }, col.usd, col.calls, col.tokens,
    { key: 'started_at', title: 'Began', number: true, show: moment },
      { key: 'took', title: 'Took', number: true, show: (_, row) => span(took(row)), by: took }],
    empty: { says: 'No run in this time: a run is a conversation (gen_ai.conversation.id), else a trace.', send: true } },
};

function groupText(row) {
  return Object.entries(row.group ?? {}).map(([key, value]) => `${key}: ${value || '–'}`).join(', ');
}

export function breakdown(app) {
  const section = document.getElementById('breakdown');
  const { place } = app;
  if (!tables[place.table]) place.table = 'models';
  const note = h('p', { class: 'fault', hidden: true });
  const panel = h('div', { role: 'tabpanel', id: 'breakdown-panel', class: 'body' });
  const tabs = Object.entries(tables).map(([key, t]) => h('button',
    { type: 'button', role: 'tab', id: 'tab-' + key, 'aria-controls': 'breakdown-panel', onclick: () => place.set({ table: key }) }, t.label));
  const list = h('div', { role: 'tablist', 'aria-label': 'Tables', class: 'tabs', onkeydown: arrow });
  list.append(...tabs);
  const windows = windowPicker(place);
  section.append(h('div', { class: 'tabrow' }, list, windows.element), panel, note);
  const made = {};
  let running;
  let drawn = '';

  async function refresh() {
    const key = place.table;
    const t = tables[key];
    running?.abort();
    const mine = (running = new AbortController());
    section.setAttribute('aria-busy', 'true');
    try {
      const query = t.window ? `?window=${place.window}&limit=100` : `?range=${encodeURIComponent(place.range)}`;
      const { answer, text } = await ask(t.path + query, { timeout: 20000, signal: mine.signal });
      if (mine !== running) return;
      const same = key + query + text.replace(/"timestamp":\s*"[^"]*"/, '');
      if (same !== drawn) fill(key, answer[t.list] ?? []);
      drawn = same;
      fault(null);
    } catch (error) {
      if (mine === running && !mine.signal.aborted) fault(error);
    } finally {
      if (mine === running) section.setAttribute('aria-busy', 'false');
    }
  }

  function fill(key, rows) {
    const t = tables[key];
    const columns = t.columns.filter((c, i) => i === 0 || c.by || rows.length === 0 || rows.some((row) => row[c.key] !== null && row[c.key] !== undefined && row[c.key] !== ''));
    const kind = key + columns.map((c) => c.key);
    made[kind] ??= sortable({ columns, caption: t.label, sort: t.sort ?? 'usd', empty: t.empty });
    made[kind].set(rows);
    if (panel.firstChild !== made[kind].element) panel.replaceChildren(made[kind].element);
  }

  function fault(error) {
    section.classList.toggle('stale', error !== null);
    note.hidden = error === null;
    if (error) note.replaceChildren(icon('warn'), ` Not loaded: ${error.message}. `,
      h('button', { type: 'button', class: 'link', onclick: refresh }, 'Try again'));
  }

  function arrow(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.indexOf(document.activeElement);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  }

  function press() {
    tabs.forEach((tab) => {
      const on = tab.id === 'tab-' + place.table;
      tab.setAttribute('aria-selected', String(on));
      tab.tabIndex = on ? 0 : -1;
    });
    panel.setAttribute('aria-labelledby', 'tab-' + place.table);
    windows.element.hidden = !tables[place.table].window;
  }

  press();
  place.changed((values) => {
    if (!('table' in values || 'window' in values || 'range' in values)) return;
    press();
    refresh();
  });
  return { refresh };
}

function windowPicker(place) {
  const buttons = ['24h', '7d'].map((w) => h('button', { type: 'button', onclick: () => place.set({ window: w }) }, w));
  const press = () => buttons.forEach((b) => b.setAttribute('aria-pressed', String(b.textContent === place.window)));
  if (!['24h', '7d'].includes(place.window)) place.window = '24h';
  press();
  place.changed(press);
  return { element: h('div', { class: 'choice', role: 'group', 'aria-label': 'Runs of the last' }, buttons) };
}
