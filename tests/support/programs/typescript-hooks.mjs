import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'rolldown/utils'

const root = new URL('../../../', import.meta.url)
const mutant = process.env.MUTANT === undefined ? undefined : JSON.parse(process.env.MUTANT)

/** Takes the types out of a file, and makes the change of a mutant, as vitest.config.ts does for the tests. */
export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const text = await readFile(new URL(url), 'utf8')
  const changed =
    mutant && url === new URL(mutant.file, root).href ? text.replace(mutant.find, () => mutant.replace) : text
  const { code, map, errors } = await transform(fileURLToPath(url), changed, { lang: 'ts', sourcemap: true })
  if (errors.length > 0) throw new SyntaxError(`${url}: ${errors[0].message}`)
  const comment = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
  return { format: 'module', source: code + comment, shortCircuit: true }
}
