import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

// The servers that are measured with, as a client's config says them; all are started by Node itself, without npx.

const programs = {
  everything: import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
  filesystem: import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
  memory: import.meta.resolve('@modelcontextprotocol/server-memory/dist/index.js'),
  twenty: new URL('./programs/twenty-tools.mjs', import.meta.url).href,
}

/** Three published servers; their files lie in `folder`. */
export function publishedServers(folder) {
  return {
    everything: server('everything'),
    filesystem: server('filesystem', folder),
    memory: { ...server('memory'), env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') } },
  }
}

/** So many services of published servers, of memory and of files by turns; their files lie in `folder`. */
export function publishedServices(count, folder) {
  const { memory, filesystem } = publishedServers(folder)
  return services(count, (at) => (at % 2 === 0 ? memory : filesystem))
}

/** So many services of twenty tools, each with a server of its own. */
export function lightServices(count) {
  return services(count, () => twentyTools())
}

/** So many services that are all the same server over HTTP. */
export function remoteServices(count, url) {
  return services(count, () => ({ url }))
}

function services(count, serverOf) {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`service-${at}`, serverOf(at)]))
}

/** A server of twenty tools that costs next to nothing itself. */
export function twentyTools() {
  return server('twenty')
}

/** Starts the same over HTTP, answering in the `form` of `json` or `stream`. It ends with this process, or by `stop()`. */
export async function startTwentyTools(form) {
  const program = fileURLToPath(new URL('./programs/twenty-tools-http.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, form], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [url] = await once(createInterface(child.stdout), 'line')
  return { url, stop: () => child.kill() }
}

/** Registers the published servers with `mcpstore`, so that their tools are in the cache. */
export function registerPublished({ mcpstore, mcpstoreJson, folder }) {
  mcpstore('add', JSON.stringify({ mcpServers: publishedServers(folder('files')) }))
  mcpstore('list-tools')
  const { services } = mcpstoreJson('list-tools')
  const cached = services.filter(({ source }) => source === 'cache').length
  if (cached !== 3) throw new Error(`of 3 tool lists ${cached} are in the cache`)
}

function server(name, ...args) {
  return { command: process.execPath, args: [fileURLToPath(programs[name]), ...args] }
}
