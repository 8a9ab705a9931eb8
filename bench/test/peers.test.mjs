import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { isInstalled, nodeForPeers } from '../peers/install.mjs'

const locked = {
  '': { name: 'peers' },
  'node_modules/a': { version: '1.0.0' },
  'node_modules/for-another-platform': { version: '1.0.0', optional: true },
}

function folder({ installed } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'peers-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }))
  mkdirSync(join(root, 'node_modules'))
  if (installed) {
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }))
  }
  return root
}

test('peers are installed when every version is the one in the lockfile', () => {
  expect(isInstalled(folder())).toBe(false)
  expect(isInstalled(folder({ installed: { 'node_modules/a': { version: '1.0.0' } } }))).toBe(true)
  expect(isInstalled(folder({ installed: { 'node_modules/a': { version: '1.0.1' } } }))).toBe(false)
  expect(isInstalled(folder({ installed: {} }))).toBe(false)
})

test('peers run on this Node when it is new enough, else on the one installed with them, else it is said', () => {
  const root = folder()
  expect(nodeForPeers(root, { version: '24.0.0' })).toBe(process.execPath)
  expect(() => nodeForPeers(root, { version: '20.20.0' })).toThrow('run it with Node 24')
  const program = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  mkdirSync(join(program, '..'), { recursive: true })
  writeFileSync(program, '')
  expect(nodeForPeers(root, { version: '20.20.0' })).toBe(program)
})
