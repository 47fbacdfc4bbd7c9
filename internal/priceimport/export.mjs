// Writes the price table of a @pydantic/genai-prices package as JSON, read through the package's public API, in the package's
// order: the first match wins, so order is part of the data.
//
//   node export.mjs PACKAGE_DIR > prices.json
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const dir = resolve(process.argv[2])
const meta = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'))
const engine = await import(pathToFileURL(resolve(dir, meta.module ?? meta.main)))

const listed = await engine.waitForUpdate()
const providers = listed.map(({ id }) => {
  const p = engine.findProvider({ providerId: id })
  if (p?.id !== id) throw new Error(`the package does not find its own provider ${id}`)
  return {
    id,
    api_pattern: p.api_pattern,
    provider_match: p.provider_match,
    model_match: p.model_match,
    fallback_model_providers: p.fallback_model_providers,
    models: p.models.map(({ id, match, prices }) => ({ id, match, prices })),
  }
})
process.stdout.write(JSON.stringify({ name: meta.name, version: meta.version, providers }) + '\n')
