// Builds the library in the current folder: all that its main entry takes at once becomes one file, and so does each lazily
// imported part, because at a start every file costs about as much as all that stands in it. Types are emitted file by file.
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { rawText } from './raw-text.mjs'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const built = Object.values(manifest.exports)
  .map((target) => target.default ?? target)
  .filter((target) => target.startsWith('./dist/'))
const entries = built.map((file) => relative('dist', file).replace(/\.js$/, ''))

/** What is loaded together: what the main entry takes at once, but for other entries among it, which go with nothing. */
const start = new Set()
const entriesInIt = new Set()

rmSync('dist', { recursive: true, force: true })
const bundle = await rolldown({
  plugins: [rawText, { name: 'start', buildEnd: findStart }],
  input: Object.fromEntries(entries.map((entry) => [entry, resolve('src', `${entry}.ts`)])),
  platform: 'node',
  // Other packages stay outside, so that there is one copy of each class; core's parts that hold none may come in.
  external: (id) => /^[^./]/.test(id) && !id.startsWith('@mcpstore/core/'),
  resolve: { conditionNames: ['@mcpstore/source'] },
})
const files = [
  { name: 'entry', test: (id) => entriesInIt.has(id), priority: 1 },
  { name: 'start', test: (id) => start.has(id) },
]
await bundle.write({
  dir: 'dist',
  format: 'esm',
  // One other character, and V8 has two bytes for each of a file.
  charset: 'ascii',
  comments: { jsdoc: false },
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups: files },
})
await bundle.close()
execFileSync(resolve('../../node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { stdio: 'inherit' })

function findStart() {
  const main = resolve('src/index.ts')
  const queue = [main]
  for (const id of queue) {
    const module = this.getModuleInfo(id)
    if (!module || module.isExternal || start.has(id)) continue
    if (module.isEntry && id !== main) entriesInIt.add(id)
    else start.add(id)
    queue.push(...module.importedIds.filter((imported) => !start.has(imported)))
  }
}
