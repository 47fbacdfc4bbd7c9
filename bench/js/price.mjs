// Prices the calls of a file (JSON lines), round after round: for each number N on standard input it prices all calls N times
// and prints the nanoseconds that one call took.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { calcPrice } from '@pydantic/genai-prices'

const calls = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => {
    const { provider, model, timestamp, usage } = JSON.parse(line)
    const options = { timestamp: new Date(timestamp) }
    if (provider) options.providerId = provider
    return { model, usage, options }
  })

let total = 0
for await (const line of createInterface({ input: process.stdin })) {
  const times = Number(line)
  const start = process.hrtime.bigint()
  for (let i = 0; i < times; i++) {
    for (const { model, usage, options } of calls) {
      total += calcPrice(usage, model, options).total_price
    }
  }
  const took = process.hrtime.bigint() - start
  console.log(Number(took) / (times * calls.length))
}
if (Number.isNaN(total)) throw new Error('a call has no price')
