// Writes what the JavaScript engine of genai-prices says for calls to every model of its table: the oracle of our own engine.
// One JSON array a line: provider, model, unix seconds, usage, [input, output, total] in USD, or null where there is no price, or
// an error as text.
import { waitForUpdate, calcPrice } from '@pydantic/genai-prices'

let state = 20260923 // fixed seed: the file is reproducible
const random = (n) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return Math.floor((state / 2 ** 32) * n)
}
const times = ['2023-01-01T00:00:00Z', '2025-06-15T16:29:59Z', '2025-06-15T16:30:00Z', '2026-07-30T00:00:00Z', '2026-08-20T02:00:00Z',
  '2026-08-20T12:00:00Z', '2026-12-31T23:59:59Z', '2027-06-01T09:59:59Z'].map((s) => new Date(s))
const sizes = [1, 17, 999, 4096, 128000, 128001, 199999, 200000, 200001, 271999, 272000, 272001, 1048577, 30000000]

const part = (n) => random(n + 1)
function usage(kind) {
  const input = sizes[random(sizes.length)]
  const output = sizes[random(10)]
  const u = { input_tokens: input, output_tokens: output }
  if (kind === 0) return u
  u.cache_read_tokens = part(input)
  u.cache_write_tokens = part(input - u.cache_read_tokens)
  if (kind === 1) return u
  u.cache_write_1h_tokens = part(u.cache_write_tokens)
  u.output_reasoning_tokens = part(output)
  if (kind === 2) return u
  const plain = input - u.cache_read_tokens - u.cache_write_tokens
  u.cache_audio_read_tokens = part(u.cache_read_tokens)
  u.cache_image_read_tokens = part(u.cache_read_tokens - u.cache_audio_read_tokens)
  const audio = part(plain)
  u.input_audio_tokens = u.cache_audio_read_tokens + audio
  u.input_image_tokens = u.cache_image_read_tokens + part(plain - audio)
  u.input_video_tokens = part(input - u.cache_write_tokens - u.cache_read_tokens - audio - (u.input_image_tokens - u.cache_image_read_tokens))
  const visible = output - u.output_reasoning_tokens
  u.output_audio_tokens = part(visible)
  u.output_image_tokens = part(visible - u.output_audio_tokens)
  u.output_video_tokens = part(visible - u.output_audio_tokens - u.output_image_tokens)
  u.output_citation_tokens = part(visible - u.output_audio_tokens - u.output_image_tokens - u.output_video_tokens)
  u.web_searches = random(5)
  u.storage_searches = random(3)
  u.audio_seconds = random(4000)
  u.input_audio_seconds = u.audio_seconds
  u.input_document_pages = random(50)
  u.input_annotated_document_pages = part(u.input_document_pages)
  u.input_text_messages = random(9)
  return u
}

const put = (provider, model, time, u) => {
  let result = null
  try {
    const p = calcPrice(u, model, { providerId: provider || undefined, timestamp: time })
    if (p) result = [p.input_price, p.output_price, p.total_price, `${p.model.id}`]
  } catch (e) {
    result = e.message
  }
  process.stdout.write(JSON.stringify([provider, model, time.getTime() / 1000, u, result]) + '\n')
}
// Usage that makes no sense, where the engine says so: it does only for what the row prices.
const putRefused = (provider, model, u) => {
  try {
    calcPrice(u, model, { providerId: provider, timestamp: times[5] })
  } catch {
    put(provider, model, times[5], u)
  }
}
const names = (m) => {
  const found = []
  const walk = (c) => {
    for (const k of ['equals', 'starts_with', 'contains', 'ends_with']) if (c[k]) found.push(c[k])
    for (const k of ['or', 'and']) c[k]?.forEach(walk)
  }
  walk(m.match)
  return found
}
const dressed = [(s) => s.toUpperCase(), (s) => ` ${s} `, (s) => `${s}-20260115`, (s) => `us.${s}-v1:0`, (s) => `${s}-tts`, (s) => `${s}@latest`]

const providers = await waitForUpdate()
for (const p of providers) {
  for (const m of p.models) {
    for (const kind of [0, 1, 2, 3]) put(p.id, m.id, times[random(times.length)], usage(kind))
    if (Array.isArray(m.prices)) for (const t of times) put(p.id, m.id, t, usage(1))
    if (random(6) === 0) putRefused(p.id, m.id, { input_tokens: 10, output_tokens: 5, cache_read_tokens: 11 + random(9) })
    if (random(6) === 0) putRefused(p.id, m.id, { input_tokens: 10, cache_read_tokens: 6, cache_write_tokens: 5 })
    const others = names(m)
    if (others.length) put(p.id, others[random(others.length)], times[random(times.length)], usage(1))
    const dress = dressed[random(dressed.length)]
    put(p.id, dress(m.id), times[5], usage(0))
    if (random(3) === 0) put('', m.id, times[5], usage(0))
    if (random(5) === 0) put('azure', m.id, times[5], usage(0))
    if (random(8) === 0) put('google', m.id, times[5], usage(0))
    if (random(8) === 0) put('litellm', `${p.id}/${m.id}`, times[5], usage(0))
  }
  put(p.id, 'no-such-model', times[5], usage(0))
  put(`no-such-provider-${p.id.slice(0, 1)}`, p.models[0].id, times[5], usage(0))
}
