// Drawing with uPlot: what is drawn is told here once for screen, legend and PNG.
import { clock, count, day, bytes, percent, seconds, timeZone, usd } from './format.js';

let loading;

// uPlot is fetched with the first chart. It is a classic script, which the policy allows from this origin only.
export function library() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = '/assets/uPlot.iife.min.js';
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => { loading = undefined; script.remove(); reject(new Error('the charts were not loaded')); };
    const sheet = document.createElement('link');
    sheet.rel = 'stylesheet';
    sheet.href = '/assets/uPlot.min.css';
    document.head.append(sheet, script);
  });
  return loading;
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const ink = () => ({ text: style('--muted'), strong: style('--text'), grid: style('--line'), ground: style('--panel'), warn: style('--warn'),
  bad: style('--bad'), info: style('--muted') });
export const colour = (i) => style('--s' + (i % 8 + 1));

export function formatter(unit) {
  const u = String(unit ?? '').toLowerCase();
  if (u.startsWith('usd')) return usd;
  if (u === 's' || u === 'seconds') return seconds;
  if (u === '%' || u === 'percent') return percent;
  if (u === 'by' || u === 'bytes') return bytes;
  return count;
}

// few keeps the largest series and adds up the rest: eight colours can be told apart, eighty cannot.
export function few(series, most = 8) {
  if (series.length <= most) return series;
  const size = (s) => s.values.reduce((sum, v) => sum + (v ?? 0), 0);
  const sorted = [...series].sort((a, b) => size(b) - size(a));
  const rest = sorted.slice(most - 1);
  const values = rest[0].values.map((_, i) => rest.reduce((sum, s) => (s.values[i] === null ? sum : (sum ?? 0) + s.values[i]), null));
  return [...sorted.slice(0, most - 1), { name: `${rest.length} others`, values }];
}

// stack turns values into tops, the uppermost first: drawn in this order, each bar shows above the next one only its own part.
function stack(series) {
  const tops = [];
  const below = [];
  for (const s of series) {
    tops.unshift(s.values.map((v, i) => {
      if (v === null || v === undefined) return null;
      below[i] = (below[i] ?? 0) + v;
      return below[i];
    }));
  }
  return tops;
}

const times = (_, splits, __, ___, step) => splits.map((t) => (step >= 86400 || clock(t) === '00:00' ? day(t) : clock(t)));

// marksHook draws a line and a triangle at each alert. The list under the chart says the same in words.
function marksHook(marks) {
  return (u) => {
    const { ctx, bbox } = u;
    const inks = ink();
    const pixel = devicePixelRatio;
    for (const mark of marks) {
      if (mark.time < u.scales.x.min || mark.time > u.scales.x.max) continue;
      const x = u.valToPos(mark.time, 'x', true);
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = mark.severity === 'error' ? inks.bad : mark.severity === 'warning' ? inks.warn : inks.info;
      ctx.lineWidth = pixel;
      ctx.setLineDash([3 * pixel, 3 * pixel]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(x - 5 * pixel, bbox.top - 1 * pixel);
      ctx.lineTo(x + 5 * pixel, bbox.top - 1 * pixel);
      ctx.lineTo(x, bbox.top + 8 * pixel);
      ctx.fill();
      ctx.restore();
    }
  };
}

// draw makes a chart of data {time, series: [{name, values}], unit, step, marks}. pointed is told the index under the cursor, or null.
export function draw(uPlot, into, data, { stacked, height, pointed, range }) {
  const inks = ink();
  const show = formatter(data.unit);
  const font = '11px ' + getComputedStyle(document.body).fontFamily;
  const columns = stacked ? stack(data.series) : data.series.map((s) => s.values);
  const lines = stacked ? [...data.series].reverse() : data.series;
  const axis = { stroke: inks.text, font, ticks: { show: false }, grid: { stroke: inks.grid, width: 1 } };
  const series = lines.map((s) => (stacked
    ? { fill: s.colour, stroke: inks.ground, width: 1, points: { show: false }, paths: uPlot.paths.bars({ size: [0.92, 40], align: 1 }) }
    : { stroke: s.colour, width: 1.75, dash: s.dash, points: { show: sparse(s.values), size: 4, fill: s.colour, stroke: s.colour }, spanGaps: false }));
  const chart = new uPlot({
    width: into.clientWidth || 300, height,
    tzDate: (t) => uPlot.tzDate(new Date(t * 1000), timeZone()),
    padding: [12, 18, 0, 0],
    cursor: { drag: { x: false, y: false }, sync: { key: 'page' }, points: { show: !stacked, size: 6 }, y: false },
    legend: { show: false },
    scales: { x: { time: true, range: () => range }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    axes: [{ ...axis, grid: { show: false }, values: times, size: 26, space: 64 },
      { ...axis, values: (_, splits) => splits.map((v) => (v === 0 ? '0' : show(v))), size: 60, space: 32 }],
    series: [{}, ...series],
    hooks: { draw: [marksHook(data.marks ?? [])], setCursor: [(u) => pointed(u.cursor.left >= 0 ? u.cursor.idx : null)] },
  }, [data.time, ...columns], into);
  return chart;
}

// sparse is true where a line would show nothing: no two values stand side by side.
function sparse(values) {
  return !values.some((v, i) => v !== null && values[i + 1] !== null && values[i + 1] !== undefined);
}

// png is the chart with its title and legend, as it stands on the page.
export function png(chart, title, series) {
  const pixel = devicePixelRatio;
  const inks = ink();
  const source = chart.ctx.canvas;
  const head = 46 * pixel;
  const canvas = document.createElement('canvas');
  canvas.width = source.width + 24 * pixel;
  canvas.height = source.height + head + 12 * pixel;
  const ctx = canvas.getContext('2d');
  ctx.fillStyle = inks.ground;
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  const family = getComputedStyle(document.body).fontFamily;
  ctx.fillStyle = inks.strong;
  ctx.font = `600 ${14 * pixel}px ${family}`;
  ctx.fillText(title, 12 * pixel, 20 * pixel);
  ctx.font = `${11 * pixel}px ${family}`;
  let x = 12 * pixel;
  for (const s of series) {
    ctx.fillStyle = s.colour;
    ctx.fillRect(x, 30 * pixel, 10 * pixel, 10 * pixel);
    ctx.fillStyle = inks.text;
    const text = s.name.length > 40 ? s.name.slice(0, 39) + '…' : s.name;
    ctx.fillText(text, x + 14 * pixel, 39 * pixel);
    x += 28 * pixel + ctx.measureText(text).width;
  }
  ctx.drawImage(source, 12 * pixel, head);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}
