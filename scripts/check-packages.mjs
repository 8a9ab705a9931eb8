import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { pack } from './pack.mjs'

// What a user would download: publint reads the package, attw resolves its types. `MCPSTORE_TARBALLS` names a
// folder of tarballs to share; without it they are packed for this run.
const bin = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))
const shared = process.env.MCPSTORE_TARBALLS
const folder = shared ?? mkdtempSync(join(tmpdir(), 'mcpstore-pack-'))

try {
  for (const { name, filename } of pack(folder)) {
    const { messages, pkg } = await publint({ pack: { tarball: arrayBuffer(filename) }, strict: true })
    for (const message of messages) fail(name, `publint: ${formatMessage(message, pkg, { color: false })}`)
    if (pkg.exports?.['.'] !== undefined) checkTypes(name, filename)
    console.log(`${name} checked`)
  }
} finally {
  if (shared === undefined) rmSync(folder, { recursive: true })
}

function arrayBuffer(file) {
  const { buffer, byteOffset, byteLength } = readFileSync(file)
  return buffer.slice(byteOffset, byteOffset + byteLength)
}

function checkTypes(name, filename) {
  const args = [filename, '--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii', '--no-color']
  const run = spawnSync('attw', args, {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}` },
  })
  if (run.status !== 0) fail(name, `attw:\n${run.stdout}${run.stderr}`)
}

function fail(name, complaint) {
  console.error(`${name}: ${complaint}`)
  process.exitCode = 1
}
