// Recommendations, each with the figures it rests on; and calls that have no price.
import { ask, h, name, tile } from './tile.js';
import { count, day, exact, usd } from './format.js';
import { sortable } from './table.js';
import { nothing } from './empty.js';

const rank = { critical: 0, high: 1, medium: 2, low: 3 };
const words = (key) => key.replaceAll('_', ' ');

// figure shows a number with the digits that matter; a sentence stays one.
const figure = (v) => (typeof v === 'number' ? (Math.abs(v) >= 1000 ? count(v) : String(Number(v.toPrecision(4)))) : String(v));

function recommendation(r) {
  const figures = Object.entries(r.figures ?? {}).filter(([, v]) => v !== null && typeof v !== 'object');
  return h('li', null,
    h('p', { class: 'split' }, h('strong', { class: 'who' }, name(r.title || r.name)),
      typeof r.savings_usd_per_month === 'number' ? h('span', { class: 'saving', title: exact(r.savings_usd_per_month) },
        `saves ${usd(r.savings_usd_per_month)} a month`) : null),
    h('p', null, h('span', { class: 'chip ' + (r.priority === 'high' || r.priority === 'critical' ? 'warn' : '') }, String(r.priority ?? 'medium')),
      ' ', String(r.advice ?? '')),
    figures.length || r.since ? h('p', { class: 'muted small' },
      [...figures.map(([k, v]) => `${words(k)} ${figure(v)}`), r.since ? 'since ' + day(r.since) : null].filter(Boolean).join(' · ')) : null);
}

export function advice() {
  return tile('advice', {
    path: () => '/recommendations', timeout: 20000,
    draw(answer, body) {
      const list = [...(answer.recommendations ?? [])].sort((a, b) => (rank[a.priority] ?? 2) - (rank[b.priority] ?? 2));
      if (list.length === 0) return body.replaceChildren(nothing({ says: sentence(answer.message ?? 'nothing to recommend') }));
      body.replaceChildren(h('ul', { class: 'advices' }, list.map(recommendation)));
    },
  });
}

const share = (v) => (typeof v === 'number' ? v.toFixed(2) : '–');

// suggestion answers which model does for calls of a kind, with the part scores; it asks when somebody does.
export function suggestion() {
  const out = h('div', { role: 'status' });
  const table = sortable({
    caption: 'Models for such calls', sort: 'score',
    columns: [{ key: 'model', title: 'Model' }, { key: 'score', title: 'Score', number: true, show: share },
      { key: 'cost', title: 'Cost', number: true, show: share }, { key: 'speed', title: 'Speed', number: true, show: share },
      { key: 'quality', title: 'Quality', number: true, show: share }, { key: 'cost_per_call_usd', title: 'A call', number: true, show: usd }],
  });
  const buttons = ['simple', 'medium', 'complex'].map((kind) => h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => show(kind) }, kind));
  async function show(kind) {
    buttons.forEach((b) => b.setAttribute('aria-pressed', String(b.textContent === kind)));
    try {
      const { answer } = await ask('/models/suggest?complexity=' + kind);
      table.set(answer.candidates);
      out.replaceChildren(answer.suggested ? h('p', null, 'Take ', name(answer.suggested.model), ':') : h('p', { class: 'muted' }, sentence(answer.message)),
        answer.suggested ? table.element : '');
    } catch (error) {
      out.replaceChildren(h('p', { class: 'fault' }, `Not loaded: ${error.message}.`));
    }
  }
  document.getElementById('advice').append(h('div', { class: 'suggest' }, h('p', { class: 'split' }, h('span', { class: 'who', id: 'suggest-h' }, 'A model for calls that are'),
    h('span', { class: 'choice', role: 'group', 'aria-labelledby': 'suggest-h' }, buttons)), out));
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1) + (text.endsWith('.') ? '' : '.');

const reasons = {
  unknown_model: 'not in the price table: add a row under llmcost prices', no_usage: 'the span has no tokens: turn on usage in the client',
    bad_usage: 'its token counts contradict each other',
  no_llmcost: 'the span did not pass llmcost',
};

export function unpriced(app) {
  const body = h('div', { class: 'body' });
  document.getElementById('unpriced').append(body);
  const table = sortable({
    caption: 'Calls without a price', sort: 'calls', empty: { says: 'No call without a price today.' },
    columns: [{ key: 'model', title: 'Model' }, { key: 'provider', title: 'Provider' },
      { key: 'reason', title: 'Why', show: (v) => h('span', { title: reasons[v] }, name(v)) },
      { key: 'calls', title: 'Calls', number: true, show: count }, { key: 'tokens', title: 'Tokens', number: true, show: count }],
  });
  body.append(table.element);
  const hint = h('p', { class: 'muted small' });
  body.append(hint);
  app.watchCosts((costs) => {
    const rows = costs.unpriced ?? [];
    table.set(rows);
    hint.textContent = [...new Set(rows.map((r) => r.reason))].filter((r) => reasons[r]).map((r) => `${r}: ${reasons[r]}`).join(' · ');
  });
}
