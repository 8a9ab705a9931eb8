import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { transform } from 'rolldown/utils'

const root = new URL('../../../', import.meta.url)
const mutant = process.env.MUTANT === undefined ? undefined : JSON.parse(process.env.MUTANT)

/**
 * Takes the types out of a file, or makes text of one that is imported with `?raw`, and makes the change of a mutant, as
 * vitest.config.ts does for the tests.
 */
export async function load(url, context, next) {
  const [file, query] = url.split('?')
  if (!file.endsWith('.ts') && query !== 'raw') return next(url, context)
  const text = await readFile(new URL(file), 'utf8')
  const changed =
    mutant && file === new URL(mutant.file, root).href
      ? text.replace(mutant.find, () => mutant.replace)
      : text
  if (query === 'raw')
    return { format: 'module', source: `export default ${JSON.stringify(changed)}`, shortCircuit: true }
  const { code, map, errors } = await transform(fileURLToPath(url), changed, { lang: 'ts', sourcemap: true })
  if (errors.length > 0) throw new SyntaxError(`${url}: ${errors[0].message}`)
  const comment = `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`
  return { format: 'module', source: code + comment, shortCircuit: true }
}
