// Where there is nothing yet: what to send, and where to.
import { copyText, h, icon } from './tile.js';

// The gateway listens for OTLP where this page came from, unless somebody moved it.
const otlp = () => 'http://' + (location.hostname || 'localhost') + ':4318';

export const environment = () => `export OTEL_EXPORTER_OTLP_ENDPOINT=${otlp()} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf`;

// call is one model call that ends now, for a shell.
export function call() {
  const text = (key, value) => `{"key":"${key}","value":{"stringValue":"${value}"}}`;
  const number = (key, value) => `{"key":"${key}","value":{"intValue":"${value}"}}`;
  const attributes = [text('gen_ai.operation.name', 'chat'), text('gen_ai.provider.name', 'openai'), text('gen_ai.request.model', 'gpt-4o'),
    number('gen_ai.usage.input_tokens', 12000), number('gen_ai.usage.output_tokens', 800)].join(',');
  const span = `{"traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'","name":"chat gpt-4o","startTimeUnixNano":"'$(date +%s)'000000000",` +
    `"endTimeUnixNano":"'$(date +%s)'000000000","attributes":[${attributes}]}`;
  return `curl ${otlp()}/v1/traces -H 'Content-Type: application/json' -d '{"resourceSpans":[{"resource":{"attributes":[${text('service.name', 'try')}]},"scopeSpans":[{"spans":[${span}]}]}]}'`;
}

function command(text, label) {
  const copy = h('button', { type: 'button', class: 'tool', 'data-key': 'copy ' + label, onclick: (e) => copyText(text, e.currentTarget) },
    icon('copy'), h('span', null, 'Copy'));
  return h('div', { class: 'command' }, h('code', { tabindex: 0, 'aria-label': label }, text), copy);
}

// nothing is an empty state: a sentence, and commands where sending something is what helps.
export function nothing({ says, send = false } = {}) {
  return h('div', { class: 'empty' },
    h('p', null, says ?? 'Nothing in this range.'),
    send ? [h('p', { class: 'muted' }, 'Point an agent at the gateway:'), command(environment(), 'variables for an agent'),
      h('p', { class: 'muted' }, 'or try one call:'), command(call(), 'a call to try')] : null);
}
