// Builds the library in the current folder: each entry and each lazily imported part becomes one file, because at the
// start of a command every file costs about as much as all that stands in it. Types are emitted file by file.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const built = Object.values(manifest.exports)
  .map((target) => target.default ?? target)
  .filter((target) => target.startsWith('./dist/'))
const entries = built.map((file) => relative('dist', file).replace(/\.js$/, ''))

rmSync('dist', { recursive: true, force: true })
// `import text from './file?raw'`, as in vite.
const raw = {
  name: 'raw',
  resolveId: (source, importer) => (source.endsWith('?raw') ? resolve(dirname(importer), source) : undefined),
  load: (id) =>
    id.endsWith('?raw') ? `export default ${JSON.stringify(readFileSync(id.slice(0, -4), 'utf8'))}` : undefined,
}

const bundle = await rolldown({
  plugins: [raw],
  input: Object.fromEntries(entries.map((entry) => [entry, resolve('src', `${entry}.ts`)])),
  platform: 'node',
  // Other packages stay outside, but for the small parts of our own that have a name to themselves.
  external: (id) => /^[^./]/.test(id) && !/^@mcpstore\/[^/]+\//.test(id),
  resolve: { conditionNames: ['@mcpstore/source'] },
})
await bundle.write({ dir: 'dist', format: 'esm', chunkFileNames: '[name]-[hash].js' })
await bundle.close()
execFileSync(resolve('../../node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { stdio: 'inherit' })
