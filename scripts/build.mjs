// Builds the library in the current folder: each entry and each lazily imported part becomes one file, because at the
// start of a command every file costs about as much as all that stands in it. Types are emitted file by file.
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

rmSync('dist', { recursive: true, force: true })
const bundle = await rolldown({
  plugins: [rawText],
  input: Object.fromEntries(entries.map((entry) => [entry, resolve('src', `${entry}.ts`)])),
  platform: 'node',
  // Other packages stay outside, so that there is one copy of each class; core's parts that hold none may come in.
  external: (id) => /^[^./]/.test(id) && !id.startsWith('@mcpstore/core/'),
  resolve: { conditionNames: ['@mcpstore/source'] },
})
await bundle.write({ dir: 'dist', format: 'esm', chunkFileNames: '[name]-[hash].js' })
await bundle.close()
execFileSync(resolve('../../node_modules/.bin/tsc'), ['-p', 'tsconfig.json'], { stdio: 'inherit' })
