// The beginning: the shell stands already; the head is asked for at once, and the rest of the page when the first number is there, or
// after a second, so that it waits for no number.
import { head } from './head.js';
import { h } from './tile.js';

const ranges = ['15m', '1h', '6h', '24h', '7d', '30d'];
const listeners = new Set();

// The place is what is looked at. It is in the address, so that it can be sent to somebody: ?range=24h&table=agents&alert=ID&budget=NAME.
const place = {
  range: '1h', table: 'models', window: '24h', alert: '', budget: '',
  set(values) {
    Object.assign(this, values);
    const query = new URLSearchParams();
    const usual = { range: '1h', table: 'models', window: '24h', alert: '', budget: '' };
    for (const [key, value] of Object.entries(usual)) if (this[key] !== value) query.set(key, this[key]);
    const address = query.toString();
    history.replaceState(null, '', address ? '?' + address : location.pathname);
    for (const listener of listeners) listener(values);
  },
  changed(listener) { listeners.add(listener); },
};

function read() {
  const query = new URLSearchParams(location.search + '&' + location.hash.slice(1));
  for (const key of ['range', 'table', 'window', 'alert', 'budget']) if (query.get(key)) place[key] = query.get(key);
  if (!ranges.includes(place.range)) place.range = '1h';
}

function rangePicker() {
  const group = document.getElementById('ranges');
  const buttons = ranges.map((range) => h('button', { type: 'button', 'data-range': range, onclick: () => place.set({ range }) }, range));
  const press = () => buttons.forEach((b) => b.setAttribute('aria-pressed', String(b.dataset.range === place.range)));
  group.append(...buttons);
  press();
  place.changed(press);
}

// Storage may be forbidden: then the choice lasts as long as the tab.
const remembered = { get() { try { return localStorage.getItem('theme'); } catch { return null; } },
  set(v) { try { localStorage.setItem('theme', v); } catch { /* for this tab only */ } } };

function themeSwitch() {
  const button = document.getElementById('theme');
  const states = { system: ['◐', 'as the system'], light: ['○', 'light'], dark: ['●', 'dark'] };
  let theme = states[remembered.get()] ? remembered.get() : 'system';
  const apply = () => {
    document.documentElement.dataset.theme = theme;
    button.textContent = states[theme][0];
    button.setAttribute('aria-label', 'Colours: ' + states[theme][1]);
    button.title = 'Colours: ' + states[theme][1];
    document.dispatchEvent(new Event('theme'));
  };
  button.addEventListener('click', () => {
    const names = Object.keys(states);
    theme = names[(names.indexOf(theme) + 1) % names.length];
    remembered.set(theme);
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => document.dispatchEvent(new Event('theme')));
  apply();
}

read();
themeSwitch();
rangePicker();

const watchers = new Set();
const app = { place, costs: null, watchCosts(f) { watchers.add(f); if (this.costs) f(this.costs); } };
const first = head({ seen(costs) { app.costs = costs; for (const f of watchers) f(costs); } });
app.head = first;

const second = new Promise((resolve) => setTimeout(resolve, 1000));
first.health.refresh();
await Promise.race([first.costs.refresh(), second]);
const { rest } = await import('./rest.js');
rest(app);
