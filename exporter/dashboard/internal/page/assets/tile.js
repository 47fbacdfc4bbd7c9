// Elements, and tiles: each loads by itself with its own timeout, and shows its own error beside what it last knew.

// h makes an element. Texts become text nodes: nothing that came from a sender is ever read as HTML.
export function h(tag, attributes, ...children) {
  const element = tag === 'svg' || tag === 'path' ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

// name is a name that a sender chose: cut by the style sheet, whole in its title, and its writing direction stays its own.
export function name(text, empty = 'not named') {
  const shown = text === null || text === undefined || text === '' ? null : String(text);
  return shown === null ? h('span', { class: 'muted' }, empty) : h('bdi', { class: 'name', title: shown.slice(0, 500) }, shown.slice(0, 500));
}

// link goes to an address that came with the data, where it is one of the web.
export function link(href, ...children) {
  const web = typeof href === 'string' && /^https?:\/\//i.test(href);
  return web ? h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...children) : h('span', null, ...children);
}

export function icon(kind) {
  const shapes = {
    good: 'M3.5 8.5l3 3 6-7', warn: 'M8 3.5v5.5M8 12v.5', bad: 'M4.5 4.5l7 7m0-7l-7 7', none: 'M4 8h8',
    copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z', save: 'M8 2.5v8m-3-3l3 3 3-3M3 13.5h10', table: 'M2.5 3.5h11v9h-11zM2.5 6.5h11M2.5 9.5h11M6.5 6.5v6',
  };
  return h('svg', { class: 'icon ' + kind, viewBox: '0 0 16 16', width: 16, height: 16, 'aria-hidden': 'true', focusable: 'false' },
    h('path', { d: shapes[kind] }));
}

export async function ask(path, { timeout = 10000, signal } = {}) {
  const stop = AbortSignal.timeout(timeout);
  let response;
  try {
    response = await fetch('/api/llm/v1' + path, { signal: signal ? AbortSignal.any([signal, stop]) : stop, headers: { Accept: 'application/json' } });
  } catch (error) {
    if (stop.aborted) throw new Error(`no answer within ${timeout / 1000} s`);
    if (signal?.aborted) throw error;
    throw new Error('the gateway does not answer');
  }
  const text = await response.text();
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Error(`the gateway answered ${response.status} without JSON`);
  }
  if (!response.ok) throw new Error(answer?.error?.message ?? `the gateway answered ${response.status}`);
  return { answer, text };
}

// tile ties a part of the page to an answer of the API. refresh() asks again; an answer that says the same is not drawn again, so that
// what somebody reads or has in focus stays.
export function tile(id, { path, timeout, draw }) {
  const section = document.getElementById(id);
  const body = h('div', { class: 'body' }, h('div', { class: 'wait', 'aria-hidden': 'true' }));
  const note = h('p', { class: 'fault', hidden: true });
  section.append(body, note);
  section.setAttribute('aria-busy', 'true');
  let running = null;
  let drawn = '';

  async function refresh({ force = false } = {}) {
    running?.abort();
    const mine = (running = new AbortController());
    try {
      const { answer, text } = await ask(path(), { timeout, signal: mine.signal });
      if (mine !== running) return null;
      const same = text.replace(/"timestamp":\s*"[^"]*"/, '');
      if (force || same !== drawn) keepFocus(body, () => draw(answer, body));
      drawn = same;
      fault(null);
      return answer;
    } catch (error) {
      if (mine !== running || mine.signal.aborted) return null;
      fault(error);
      return null;
    } finally {
      if (mine === running) section.setAttribute('aria-busy', 'false');
    }
  }

  function fault(error) {
    section.classList.toggle('stale', error !== null);
    note.hidden = error === null;
    if (error === null) return;
    if (drawn === '') body.replaceChildren();
    const again = h('button', { type: 'button', class: 'link', onclick: () => refresh({ force: true }) }, 'Try again');
    note.replaceChildren(icon('warn'), ` Not loaded: ${error.message}. `, again);
  }

  return { refresh, section, body };
}

function keepFocus(body, draw) {
  const key = body.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  draw();
  if (key) [...body.querySelectorAll('[data-key]')].find((e) => e.dataset.key === key)?.focus({ preventScroll: true });
}

// meter is a bar of a share. Above 100 % it is full and says so in colour and text.
export function meter(percent, label) {
  const value = typeof percent === 'number' && Number.isFinite(percent) ? percent : 0;
  const fill = h('span', { class: 'fill' });
  fill.style.width = Math.min(100, Math.max(0, value)) + '%';
  const level = value >= 100 ? 'bad' : value >= 80 ? 'warn' : 'good';
  return h('div', { class: 'meter ' + level, role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100,
    'aria-valuenow': Math.min(100, Math.max(0, Math.round(value))), 'aria-valuetext': Math.round(value) + ' %' }, fill);
}

// copyText needs no permission on a page served from loopback or over TLS; elsewhere the browser has no clipboard for it.
export async function copyText(text, button) {
  const before = button.lastChild.textContent;
  let done = 'Copied';
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h('textarea', { class: 'offscreen' });
    area.value = text;
    document.body.append(area);
    area.select();
    if (!document.execCommand('copy')) done = 'Not copied';
    area.remove();
    button.focus();
  }
  button.lastChild.textContent = done;
  setTimeout(() => { button.lastChild.textContent = before; }, 1500);
}

export function download(blob, filename) {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: filename }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
