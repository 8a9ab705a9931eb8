import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { measureNode, runNode } from '../whole-process.mjs'
import { peersFolder } from './install.mjs'

// The programs that mcpstore is measured beside, in a sandbox of their own: nothing of the user's is read or written, and
// what they leave running ends with the question. Without --peers each of these is undefined.

const programs = {
  mcporter: join(peersFolder, 'node_modules/mcporter/dist/cli.js'),
  mcpc: join(peersFolder, 'node_modules/@apify/mcpc/bin/mcpc'),
}

/** `mcporter` with these servers, each of which it starts anew; with `warm` its daemon keeps them. */
export function mcporter(sandbox, servers = {}, { warm = false } = {}) {
  if (!sandbox.peers) return undefined
  const lifecycle = warm ? { lifecycle: 'keep-alive' } : {}
  const entries = Object.entries(servers).map(([name, server]) => [name, { ...server, ...lifecycle }])
  const config = configFile(sandbox, warm ? 'mcporter-warm' : 'mcporter', Object.fromEntries(entries))
  const peer = program(sandbox, programs.mcporter, ['--config', config])
  if (warm) {
    sandbox.atEnd(() => peer.run('daemon', 'stop'))
    peer.run('list')
  }
  return peer
}

/** `mcpc` with a session open to each of these servers, as it talks to nothing else. */
export function mcpc(sandbox, servers = {}) {
  if (!sandbox.peers) return undefined
  const config = configFile(sandbox, 'mcpc', servers)
  const peer = program(sandbox, programs.mcpc, [])
  for (const name of Object.keys(servers)) {
    sandbox.atEnd(() => peer.run('close', `@${name}`))
    peer.run('connect', `${config}:${name}`, `@${name}`)
  }
  return peer
}

function program({ env }, path, first) {
  // mcpc starts its bridges as `node`.
  const own = { ...env, PATH: `${dirname(process.execPath)}:${env.PATH}` }
  return {
    /** Runs it and answers what it printed. */
    run: (...args) => runNode([path, ...first, ...args], own),
    /** A measurement of it, a whole process. */
    measure: (...args) => measureNode([path, ...first, ...args], own),
  }
}

function configFile({ folder }, name, mcpServers) {
  const file = join(folder(name), 'mcp.json')
  writeFileSync(file, JSON.stringify({ mcpServers }))
  return file
}
