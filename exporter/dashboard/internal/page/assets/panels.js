// What /summary says: the strip of figures, the host, the gateway itself; and what changed, from /costs.
import { h, meter, name, tile } from './tile.js';
import { bytes, count, exact, percent, rate, seconds, span, unknown, usd, whole } from './format.js';
import { nothing } from './empty.js';

const is = (v) => typeof v === 'number' && Number.isFinite(v);

// figures are terms and their values; one that is not known stays, as a dash.
function figures(list) {
  return h('dl', { class: 'figures' }, list.map(([term, shown, title, level]) => h('div', { class: level }, h('dt', null, term), h('dd', { title }, shown))));
}

function strip(s, body) {
  const q = s.request_metrics ?? {};
  const l = s.llm_metrics ?? {};
  const p = s.performance_metrics ?? {};
  const e = s.error_metrics ?? {};
  body.replaceChildren(figures([
    ['Requests / min', rate(q.requests_per_minute)], ['Model calls / min', rate(l.api_calls_per_minute)],
      ['Tokens / min', count(l.tokens_per_minute), whole(l.tokens_per_minute)],
    ['Cost / hour', usd(l.cost_per_hour), exact(l.cost_per_hour)], ['Median call', seconds(l.p50_llm_latency)],
      ['p95 call', seconds(l.p95_llm_latency)], ['First token', seconds(l.time_to_first_chunk_p50)],
    ['Success', percent(q.success_rate)], ['Errors', percent(e.error_rate), undefined, e.error_rate > 10 ? 'bad' : e.error_rate > 5 ? 'warn' : null],
      ['Retries', percent(e.retry_rate)],
    ['Cached input', percent(p.cache_hit_rate)], ['At once', count(q.concurrent_requests)],
  ]));
}

function gauge(label, value, text) {
  return h('div', { class: 'gauge' }, h('p', { class: 'split' }, h('span', null, label), h('span', { class: 'muted' }, text)),
    is(value) ? meter(value, label) : null);
}

function drawHost(s, body) {
  const r = s.resource_usage ?? {};
  const p = s.performance_metrics ?? {};
  const cpu = r.cpu_percent ?? p.cpu_usage_percent;
  if (!is(cpu) && !is(r.memory_percent) && !is(p.memory_usage_mb)) return body.replaceChildren(nothing({ says: 'Nothing about the host: add the receiver hostresources to the metrics pipeline.' }));
  const of = (used, limit) => (is(used) ? bytes(used) + (is(limit) ? ' of ' + bytes(limit) : '') : '');
  const more = [];
  for (const [key, value] of Object.entries(r)) {
    if (!is(value) || key === 'cpu_percent' || key.startsWith('memory_')) continue;
    more.push([words(key), unit(key, value)]);
  }
  body.replaceChildren(
    gauge('CPU', cpu, percent(cpu)),
    gauge('Memory', r.memory_percent, [percent(r.memory_percent),
      of(r.memory_used_bytes, r.memory_limit_bytes)].filter((t) => t && t !== unknown).join(' · ') || unknown),
    figures([['Process memory', is(p.memory_usage_mb) ? bytes(p.memory_usage_mb * 1e6) : unknown],
      ['its peak', is(p.memory_peak_mb) ? bytes(p.memory_peak_mb * 1e6) : unknown], ...more]),
  );
}

const words = (key) => {
  const text = key.replace(/_(bytes_per_second|bytes|percent|per_second|seconds)$/, '').replaceAll('_', ' ');
  return text[0].toUpperCase() + text.slice(1).replace(/^pu\b/, 'PU');
};

function unit(key, value) {
  if (key.endsWith('bytes_per_second')) return bytes(value) + '/s';
  if (key.endsWith('bytes')) return bytes(value);
  if (key.endsWith('percent')) return percent(value);
  if (key.endsWith('per_second')) return rate(value) + '/s';
  return count(value);
}

function drawGateway(s, body) {
  const g = s.gateway ?? {};
  if (!Object.values(g).some((v) => v !== null && v !== '')) return body.replaceChildren(nothing({ says: 'Nothing about the gateway yet: it reads its own metrics every 15 seconds.' }));
  const queue = is(g.queue_size) && is(g.queue_capacity) && g.queue_capacity > 0 ? (g.queue_size / g.queue_capacity) * 100 : null;
  const some = (v) => (v > 0 ? 'bad' : null);
  body.replaceChildren(
    gauge('Fullest queue', queue, queue === null ? 'no queue' : percent(queue)),
    figures([
      ['Spans accepted', is(g.accepted_spans_per_second) ? rate(g.accepted_spans_per_second) + '/s' : unknown],
        ['Spans refused', count(g.refused_spans), whole(g.refused_spans), some(g.refused_spans)],
      ['Dropped', count(g.dropped), whole(g.dropped), some(g.dropped)], ['Memory', bytes(g.memory_bytes)], ['Up for', span(g.uptime_seconds)],
        ['Version', name(g.version, unknown)],
    ]),
  );
}

// summary asks once for three tiles.
export function summary(app) {
  const strips = tile('figures', { path: () => `/summary?range=${encodeURIComponent(app.place.range)}`, timeout: 10000,
    draw: (s, body) => { strip(s, body); drawHost(s, host); drawGateway(s, gateway); } });
  const bodies = ['host', 'gateway'].map((id) => {
    const body = h('div', { class: 'body' }, h('div', { class: 'wait', 'aria-hidden': 'true' }));
    document.getElementById(id).append(body);
    return body;
  });
  const [host, gateway] = bodies;
  async function refresh(options) {
    await strips.refresh(options);
    const stale = strips.section.classList.contains('stale');
    for (const body of bodies) {
      body.parentElement.classList.toggle('stale', stale);
      if (stale && body.querySelector('.wait')) body.replaceChildren(h('p', { class: 'muted' }, 'not loaded: see the figures above'));
    }
  }
  return { refresh };
}

// changes says what makes today dearer or cheaper than yesterday by now.
export function changes(app) {
  const body = h('div', { class: 'body' });
  document.getElementById('changes').append(body);
  app.watchCosts((costs) => {
    const rows = costs.changes ?? [];
    if (rows.length === 0) {
      const compared = typeof costs.compare?.yesterday_same_time === 'number';
      return body.replaceChildren(nothing({ says: compared ? 'Nothing cost noticeably more or less than yesterday by this time.' : 'Nothing to compare with: the history has no yesterday yet.' }));
    }
    const largest = Math.max(...rows.map((r) => Math.abs(r.delta_usd)));
    body.replaceChildren(h('ul', { class: 'drivers' }, rows.slice(0, 8).map((r) => driver(r, largest))),
      h('p', { class: 'muted' }, 'today against the same part of yesterday'));
  });
}

function driver(row, largest) {
  const by = row.delta_usd;
  const up = by >= 0;
  const bar = h('span', { class: 'delta ' + (up ? 'more' : 'less'), 'aria-hidden': 'true' });
  bar.style.width = (largest > 0 ? Math.max(2, (Math.abs(by) / largest) * 100) : 2) + '%';
  return h('li', { title: `${exact(row.usd)}, before: ${exact(row.before_usd)}` },
    h('span', { class: 'split' }, h('span', { class: 'who' }, name(row.name), h('span', { class: 'muted' }, ' ' + (row.dimension ?? ''))),
      h('span', { class: up ? 'up' : 'down' }, (up ? '+' : '−') + usd(Math.abs(by)))), bar);
}
