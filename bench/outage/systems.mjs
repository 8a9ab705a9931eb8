// What goes through an outage: each with operations of the same meaning, in a process and on a Redis of its own.

const ours = (name) => new URL(`./systems/${name}.mjs`, import.meta.url).href
const peer = (name) => new URL(`../peers/systems/${name}.mjs`, import.meta.url).href

/** `package` is the peer that has to be installed. */
export const systems = [
  { name: 'mcpstore', title: 'mcpstore', module: ours('mcpstore') },
  { name: 'bentocache', title: 'bentocache', module: peer('bentocache'), package: 'bentocache' },
  { name: 'cacheable', title: 'cacheable', module: peer('cacheable'), package: 'cacheable' },
  {
    name: 'cacheable-non-blocking',
    title: 'cacheable, non-blocking',
    module: peer('cacheable-non-blocking'),
    package: 'cacheable',
  },
  { name: 'ioredis', title: 'ioredis', module: ours('ioredis') },
]

/** What each operation is called, in the order they are shown in. */
export const operations = {
  known: 'read, known',
  unknown: 'read, not yet known',
  list: 'list ten',
  write: 'write',
  tools: 'listTools()',
  status: 'status()',
}
