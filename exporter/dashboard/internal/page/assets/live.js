// What the gateway tells by itself: spend, alerts, health. A hidden tab has no stream: browsers open six connections to a host and no more.
const retry = [2000, 5000, 10000, 30000];

export function live({ spend, alert, health, missed, state }) {
  let source = null;
  let timer = null;
  let failures = 0;
  let opened = false;

  function open() {
    if (source || document.hidden) return;
    source = new EventSource('/api/llm/v1/events');
    source.onopen = () => {
      failures = 0;
      state('live');
      if (opened) missed(); // what happened in between is in no event
      opened = true;
    };
    source.onerror = () => {
      state('lost');
      // The browser tries again by itself after a broken line, and never after an answer that is no stream (503: too many of them).
      if (source?.readyState !== EventSource.CLOSED) return;
      close();
      timer = setTimeout(open, retry[Math.min(failures++, retry.length - 1)]);
    };
    const on = (type, told) => source.addEventListener(type, (event) => {
      let data;
      try { data = JSON.parse(event.data); } catch { return; }
      told(data);
    });
    on('spend', spend);
    on('alert', alert);
    on('health', health);
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) {
      close();
      state('paused');
    } else {
      open();
    }
  });
  addEventListener('pagehide', close);
  addEventListener('pageshow', open);
  open();
}
