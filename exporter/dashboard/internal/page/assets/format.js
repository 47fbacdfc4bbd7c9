// Numbers, amounts and times as people read them. Not known is "–", never 0.

export const unknown = '–';

const known = (v) => typeof v === 'number' && Number.isFinite(v);
const grouped = (v, digits) => v.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

// usd shows cents, more digits where cents would hide the amount, none where they are noise.
export function usd(v) {
  if (!known(v)) return unknown;
  const size = Math.abs(v);
  const digits = size === 0 ? 2 : size < 0.00001 ? 9 : size < 0.001 ? 6 : size < 1 ? 4 : size < 10000 ? 2 : 0;
  return (v < 0 ? '−$' : '$') + grouped(size, digits);
}

// exact is the amount as it is in the book, to the billionth of a dollar.
export function exact(v) {
  return known(v) ? v.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 9 }) + ' USD' : 'not known';
}

export function count(v) {
  if (!known(v)) return unknown;
  const size = Math.abs(v);
  for (const [unit, name] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e4, 'k']]) {
    if (size < unit) continue;
    const scaled = v / (name === 'k' ? 1e3 : unit);
    return grouped(scaled, Math.abs(scaled) < 100 ? 1 : 0) + ' ' + name;
  }
  return grouped(v, Number.isInteger(v) || size >= 100 ? 0 : size < 1 ? 2 : 1);
}

export const whole = (v) => (known(v) ? grouped(v, 0) : 'not known');

export function percent(v) {
  if (!known(v)) return unknown;
  const size = Math.abs(v);
  return grouped(v, size !== 0 && size < 10 && !Number.isInteger(v) ? 1 : 0) + ' %';
}

export function seconds(v) {
  if (!known(v)) return unknown;
  if (v < 1) return grouped(v * 1000, v < 0.01 ? 1 : 0) + ' ms';
  return v < 100 ? grouped(v, 2) + ' s' : span(v);
}

export function bytes(v) {
  if (!known(v)) return unknown;
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let i = 0;
  while (Math.abs(v) >= 1024 && i < names.length - 1) { v /= 1024; i++; }
  return grouped(v, i === 0 || v >= 100 ? 0 : 1) + ' ' + names[i];
}

export function rate(v) {
  if (!known(v)) return unknown;
  return grouped(v, v === 0 ? 0 : v < 10 ? 2 : v < 100 ? 1 : 0);
}

// span is how long something takes: its two largest units.
export function span(s) {
  if (!known(s)) return unknown;
  s = Math.max(0, Math.round(s));
  const parts = [[Math.floor(s / 86400), 'd'], [Math.floor(s / 3600) % 24, 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return '0 s';
  return parts.slice(first, first + 2).filter(([n]) => n > 0).map(([n, unit]) => n + ' ' + unit).join(' ');
}

// The zone of the budgets: all times on the page are in it, wherever the browser is.
let zone;
const formats = new Map();

export function setZone(name) {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
  } catch {
    return; // a zone that this browser does not know: its own
  }
  zone = name;
  formats.clear();
}

export const timeZone = () => zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat('en-GB', { ...options, timeZone: timeZone(), hourCycle: 'h23' }));
  return formats.get(key);
}

function date(t) {
  const d = new Date(typeof t === 'number' ? t * 1000 : t ?? NaN);
  return Number.isNaN(d.getTime()) || d.getFullYear() < 1971 ? null : d;
}

const show = (t, options) => { const d = date(t); return d ? format(options).format(d) : unknown; };

export const clock = (t) => show(t, { hour: '2-digit', minute: '2-digit' });
export const day = (t) => show(t, { day: 'numeric', month: 'short' });
export const moment = (t) => show(t, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
export const instant = (t) => show(t, { dateStyle: 'medium', timeStyle: 'long' });

// dayName is a date of the book ("2026-11-28"), which is no moment and has no zone.
export function dayName(iso) {
  const d = new Date(iso + 'T12:00:00Z');
  if (Number.isNaN(d.getTime())) return iso;
  return d.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
}

export const secondsBetween = (from, to) => (date(from) && date(to) ? (date(to) - date(from)) / 1000 : null);
