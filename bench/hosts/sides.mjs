/**
 * What a host is written with that does not use mcpstore: what it and a call are called in the table, its module, and whether it
 * is installed with the peers.
 */
const otherHosts = {
  sdk: {
    host: 'clients of @modelcontextprotocol/sdk',
    call: '`callTool()` of @modelcontextprotocol/sdk',
    module: own('./sdk-1.mjs'),
  },
  sdk2: {
    host: 'clients of @modelcontextprotocol/client',
    call: '`callTool()` of @modelcontextprotocol/client',
    module: own('../peers/hosts/sdk-2.mjs'),
    peer: true,
  },
  langchain: {
    host: '`getTools()` of @langchain/mcp-adapters',
    call: '`invoke()` of @langchain/mcp-adapters',
    module: own('../peers/hosts/langchain.mjs'),
    peer: true,
  },
  aiSdk: {
    host: '`tools()` of @ai-sdk/mcp',
    call: '`execute()` of @ai-sdk/mcp',
    module: own('../peers/hosts/ai-sdk.mjs'),
    peer: true,
  },
}

export const ourHost = own('./ours.mjs')

/** A comparison with each of them, as a `host` or by a `call`; `targets` by side. */
export function besideOthers(targets = {}, as = 'host') {
  const sides = Object.entries(otherHosts)
  return Object.fromEntries(
    sides.map(([side, one]) => [side, { name: one[as], peer: one.peer, target: targets[side] }]),
  )
}

/** What `measure(module, side)` makes of each that is measured here, by side. */
export function eachOther({ peers }, measure) {
  const measured = Object.entries(otherHosts).filter(([, { peer }]) => !peer || peers)
  return Object.fromEntries(measured.map(([side, { module }]) => [side, measure(module, side)]))
}

function own(path) {
  return new URL(path, import.meta.url).href
}
