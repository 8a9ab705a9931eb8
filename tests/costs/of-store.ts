import { type Store, setupStore } from '@mcpstore/core'
import { expect } from 'vitest'
import { Box } from '../support/box.ts'
import { ListServer } from '../support/list-server.ts'
import { mcpstore } from '../support/mcpstore.ts'
import { until } from '../support/processes.ts'
import { type RedisServer, startRedis } from '../support/redis-server.ts'
import { fixtureServer } from '../support/servers.ts'
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { type Measured, taken } from './taken.ts'

const place = { namespace: 'costs', dataspace: 'store' }
const names = Array.from({ length: 10 }, (_, at) => `service-${at}`)
const toolsOf = (service: string) => Array.from({ length: 20 }, (_, at) => `${service}-tool-${at}`)

/** What a store over Redis and the program ask of it, where ten services with twenty tools each are. */
export async function measureStore(): Promise<Measured> {
  await using box = new Box()
  await using redis = await startRedis()
  await using proxy = await startProxy(redis.port)
  await using server = await new ListServer().start()
  const urls = names.map((name) => server.service(name, { answer: () => toolsOf(name) }).url)
  const open = ({ url }: RedisServer | TcpProxy, refreshBehind = false) =>
    setupStore({
      redis: { url, healthcheck_interval: 3600, ...place },
      mirror: false,
      home: box.home,
      logger: false,
      refreshBehind,
    })
  const others = await open(redis)
  await others
    .forStore()
    .addService({ mcpServers: Object.fromEntries(names.map((name, at) => [name, { url: urls[at]! }])) })
  await others.forStore().listTools()
  await others.close()

  await using store = await open(proxy)
  const context = store.forStore()
  expect(await context.listTools()).toHaveLength(200)
  const first = taken(proxy)
  await context.listTools()
  await context.listServices()
  await context.serviceInfo('service-1')
  const later = taken(proxy)
  await context.addService({ name: 'another', url: 'https://example.com/mcp' })
  const adding = taken(proxy)
  await using theirs = await startProxy(redis.port)
  await using other = await open(theirs, true)
  expect(await other.forStore().listTools('service-1')).toHaveLength(20)
  const fetchedAt = async (of: Store) => (await of.forStore().serviceInfo('service-1')).fetchedAt
  const before = await fetchedAt(other)
  for (const one of [proxy, theirs]) one.forget()
  await context.listTools('service-1', { fresh: true })
  const after = await fetchedAt(store)
  expect(after).not.toBe(before)
  await until('the other has heard of it', async () => (await fetchedAt(other)) === after)
  const heard = taken(theirs)
  await other.close()
  await store.close()
  const again = taken(proxy)
  return {
    'setup and a first listing of tools: commands': first.commands,
    'setup and a first listing of tools: round trips': first.roundTrips,
    'listings after that: commands': later.commands,
    'addService: commands': adding.commands,
    'a list of 20 tools fetched again, and close: commands': again.commands,
    'a list of 20 tools fetched again, and close: bytes': again.bytes,
    'the same, heard of by another process: commands': heard.commands,
    'the same, heard of by another process: bytes': heard.bytes,
    ...(await ofShell(box, proxy)),
  }
}

/** What single commands ask, each with all that its process asks. */
async function ofShell(box: Box, proxy: TcpProxy): Promise<Measured> {
  const asking = async (...argv: string[]) => {
    const { namespace, dataspace } = place
    const env = {
      MCPSTORE_REDIS_URL: proxy.url,
      MCPSTORE_NAMESPACE: namespace,
      MCPSTORE_DATASPACE: dataspace,
    }
    proxy.forget()
    expect(await mcpstore(box, argv, { env })).toMatchObject({ exit: 0, stderr: '' })
    return taken(proxy)
  }
  const { command, args } = fixtureServer(box)
  await asking('add', 'one', '--', command, ...args)
  await asking('use-tool', 'one/echo', 'text=hello')
  const listing = await asking('list')
  const calling = await asking('use-tool', 'one/echo', 'text=hello')
  return {
    'mcpstore list: commands': listing.commands,
    'mcpstore list: round trips': listing.roundTrips,
    'mcpstore use-tool: commands': calling.commands,
  }
}
