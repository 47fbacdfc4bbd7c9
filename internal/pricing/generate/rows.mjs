// Writes the package's own price rows of some models, found by the package's own matching: what the tests of processor/llmcost work bills
// out from, without our engine. The models are the keys of the file that is given, "provider/model", which it is to replace.
//
//   node rows.mjs ../../../processor/llmcost/testdata/source-prices.json > new.json
import { readFileSync } from 'node:fs'
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices'

await waitForUpdate()
const at = new Date('2026-10-01T00:00:00Z')
const rows = {}
for (const key of Object.keys(JSON.parse(readFileSync(process.argv[2], 'utf8'))).sort()) {
  const cut = key.indexOf('/')
  const found = calcPrice({ input_tokens: 1000, output_tokens: 1 }, key.slice(cut + 1), { providerId: key.slice(0, cut), timestamp: at })
  rows[key] = found ? found.model.prices : null
}
process.stdout.write(JSON.stringify(rows, null, 1) + '\n')
