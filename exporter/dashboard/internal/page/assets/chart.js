// A tile with a chart: its legend, the table behind it, the picture of it.
import { h, icon, name, tile, download } from './tile.js';
import { instant, moment } from './format.js';
import { colour, draw, few, formatter, library, png } from './plot.js';
import { nothing } from './empty.js';

const dashes = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]];

// The words of a metric are told apart by underscores, and read without.
const said = (text) => (/^[a-z]+(_[a-z]+)+$/.test(text) ? text.replaceAll('_', ' ') : String(text || 'all'));

// prepare gives each series its colour. Lines differ in dashes too: colour alone does not tell them apart.
export function prepare(answer, stacked) {
  const series = few(answer.series ?? []).map((s, i) => ({ ...s, name: said(s.name), colour: colour(i), dash: stacked ? undefined : dashes[i % 4] }));
  // Alerts stand in the large chart alone.
  const marks = (stacked ? answer.marks ?? [] : []).map((m) => ({ ...m, time: Date.parse(m.at) / 1000 })).filter((m) => Number.isFinite(m.time));
  return { time: answer.time ?? [], step: answer.step_seconds, unit: answer.unit, series, marks };
}

const anything = (data) => data.time.length > 0 && data.series.some((s) => s.values.some((v) => v !== null && v !== undefined));

export function chartTile(app, id, { panel, stacked = false, height = 150, empty, unknown = empty }) {
  const part = { chart: null, data: null, hidden: new Set(), table: false, stacked, height };
  const heading = document.querySelector(`#${id} h2`);
  const tools = toolbar(heading, part, () => paint());
  const canvas = h('div', { class: 'canvas' });
  const legend = h('ul', { class: 'legend' });
  const marks = h('ul', { class: 'marks' });
  const table = h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Table: ${heading.textContent}`, hidden: true });

  async function paint() {
    const { data } = part;
    if (!data) return;
    if (!anything(data)) {
      part.chart?.destroy();
      part.chart = null;
      shell.body.replaceChildren(nothing(data.series.length > 0 ? unknown : empty));
      tools.hidden = true;
      return;
    }
    tools.hidden = false;
    if (!canvas.isConnected) shell.body.replaceChildren(legend, canvas, table, marks);
    const shown = data.series.filter((s) => !part.hidden.has(s.name));
    drawLegend(legend, part, paint);
    drawMarks(marks, data.marks, app);
    canvas.hidden = part.table;
    table.hidden = !part.table;
    if (part.table) return drawTable(table, data);
    const uPlot = await library();
    part.chart?.destroy();
    canvas.replaceChildren();
    const range = [data.time[0], data.time.at(-1) + (stacked ? data.step : 0)];
    part.chart = draw(uPlot, canvas, { ...data, series: shown }, { stacked, height, range, pointed: (i) => point(legend, part, i) });
  }

  const shell = tile(id, {
    path: () => `/series?panel=${panel}&range=${encodeURIComponent(app.place.range)}`, timeout: 20000,
    draw: (answer) => { part.data = prepare(answer, stacked); paint().catch((e) => shell.body.replaceChildren(h('p', { class: 'fault' }, e.message))); },
  });
  new ResizeObserver(() => { if (part.chart && canvas.clientWidth > 0) part.chart.setSize({ width: canvas.clientWidth, height }); }).observe(shell.body);
  document.addEventListener('theme', () => { part.data?.series.forEach((s, i) => { s.colour = colour(i); }); paint(); });
  return shell;
}

function toolbar(heading, part, paint) {
  const table = h('button', { type: 'button', class: 'tool', 'aria-pressed': 'false', title: 'The numbers as a table', onclick: () => {
    part.table = !part.table;
    table.setAttribute('aria-pressed', String(part.table));
    paint();
  } }, icon('table'), h('span', { class: 'offscreen' }, `${heading.textContent}: table`));
  const save = h('button', { type: 'button', class: 'tool', title: 'Save as PNG', onclick: async () => {
    if (!part.chart) return;
    const file = heading.textContent.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    download(await png(part.chart, heading.textContent, part.data.series.filter((s) => !part.hidden.has(s.name))), file + '.png');
  } }, icon('save'), h('span', { class: 'offscreen' }, `${heading.textContent}: save as PNG`));
  const tools = h('div', { class: 'tools', hidden: true }, table, save);
  heading.after(tools);
  return tools;
}

function drawLegend(legend, part, paint) {
  const { series } = part.data;
  const items = series.map((s) => {
    const swatch = h('span', { class: 'swatch', 'aria-hidden': 'true' });
    swatch.style.setProperty('--swatch', s.colour);
    if (s.dash) swatch.classList.add('dashed');
    const button = h('button', { type: 'button', 'data-key': 'legend ' + s.name, 'aria-pressed': String(!part.hidden.has(s.name)),
      disabled: series.length === 1, onclick: () => {
      if (!part.hidden.delete(s.name) && part.hidden.size < series.length - 1) part.hidden.add(s.name);
      paint();
      [...legend.querySelectorAll('button')].find((b) => b.dataset.key === 'legend ' + s.name)?.focus();
    } }, swatch, name(s.name), ' ', h('span', { class: 'value' }));
    return h('li', null, button);
  });
  legend.replaceChildren(...items, h('li', { class: 'when muted' }));
  point(legend, part, null);
}

// point shows the values under the cursor, or the last ones known.
function point(legend, part, index) {
  const { series, unit, time } = part.data;
  const show = formatter(unit);
  [...legend.querySelectorAll('.value')].forEach((value, i) => {
    const values = series[i].values;
    value.textContent = show(index === null ? values.findLast((v) => v !== null && v !== undefined) : values[index]);
  });
  legend.lastChild.textContent = index === null ? '' : moment(time[index]);
}

function drawMarks(list, marks, app) {
  const last = marks.slice(-4).reverse();
  list.replaceChildren(...last.map((m) => h('li', null, h('button',
    { type: 'button', class: 'link mark ' + m.severity, 'data-key': 'mark ' + m.id, onclick: () => app.place.set({ alert: m.id }) },
    h('span', { 'aria-hidden': 'true' }, '▼ '), moment(m.time), ' ', name(m.name)))),
  ...(marks.length > last.length ? [h('li', { class: 'muted' }, `and ${marks.length - last.length} more`)] : []));
  list.hidden = marks.length === 0;
}

function drawTable(region, data) {
  const show = formatter(data.unit);
  const rows = data.time.map((t, i) => h('tr', null, h('th', { scope: 'row', title: instant(t) }, moment(t)),
    data.series.map((s) => h('td', { class: 'n' }, show(s.values[i]))))).reverse();
  region.replaceChildren(h('table', null,
    h('caption', { class: 'offscreen' }, region.getAttribute('aria-label')),
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'Time'), data.series.map((s) => h('th', { scope: 'col', class: 'n' }, name(s.name))))),
    h('tbody', null, rows)));
}
