import { createHash } from 'node:crypto'
import type { ConnectionOptions } from 'node:tls'
import type { Cluster, Redis, RedisOptions } from 'ioredis'
import { StorageError } from '../../errors.ts'

/** Where a server listens. */
export interface HostAndPort {
  host: string
  port: number
}

/** How to reach Redis: a URL, sentinels, the nodes of a cluster, or a client of the host's own. */
export interface RedisAddress {
  /** `redis://[user:password@]host[:port][/db]`, `rediss://…` for TLS, `unix:///path/to/socket[?db=1]`. */
  url?: string | undefined
  /** Goes before the one in the URL. */
  username?: string | undefined
  /** Goes before the one in the URL. */
  password?: string | undefined
  /** Options of Node's `tls.connect`, e.g. `{ ca }`; with them, or with `rediss://`, the connection is encrypted. */
  tls?: ConnectionOptions | undefined
  /** Redis Sentinel: where the sentinels listen, and the name of the master they watch. */
  sentinels?: readonly HostAndPort[] | undefined
  sentinelName?: string | undefined
  sentinelUsername?: string | undefined
  sentinelPassword?: string | undefined
  /** Redis Cluster: some of its nodes. */
  cluster?: readonly HostAndPort[] | undefined
  /** A client of ioredis. Connections are opened the way it opens its own; it is not used itself, and never closed. */
  client?: Redis | Cluster | undefined
}

/** An address, understood. */
export interface RedisTarget {
  kind: 'single' | 'sentinel' | 'cluster' | 'client'
  /** For people: no credentials. */
  label: string
  db: number
  username: string | undefined
  password: string | undefined
  /** The options of ioredis that say where the server is. */
  where: Record<string, unknown>
  /** The nodes of a cluster. */
  nodes: readonly HostAndPort[]
  client: Redis | Cluster | undefined
}

/** Whether each dataspace has to lie in one slot. */
export function isCluster({ kind, client }: RedisTarget): boolean {
  return kind === 'cluster' || client?.isCluster === true
}

const DEFAULT_PORT = 6379
/** What ioredis asks where a client of the host names none. */
const SENTINEL_PORT = 26_379

/** Understands an address. @throws `usage` that names what is wrong, never a password. */
export function redisTarget(address: RedisAddress): RedisTarget {
  const ways = (['url', 'sentinels', 'cluster', 'client'] as const).filter(
    (way) => address[way] !== undefined && !(way === 'url' && address.sentinels),
  )
  const sentinel = (['sentinelName', 'sentinelUsername', 'sentinelPassword'] as const).find(
    (name) => address[name] !== undefined && !address.sentinels,
  )
  if (sentinel) throw wrong(`${sentinel} means nothing without sentinels`)
  if (ways.length !== 1) throw wrong('needs exactly one of url, sentinels, cluster and client')
  return TARGETS[ways[0]!](address)
}

/** A short name for the same Redis, whoever asks for it with which password. */
export function targetHash({ label }: RedisTarget): string {
  return createHash('sha256').update(label).digest('hex').slice(0, 16)
}

const TARGETS: Record<'url' | 'sentinels' | 'cluster' | 'client', (address: RedisAddress) => RedisTarget> = {
  url(address) {
    const url = parseUrl(address.url!)
    const db = dbOf(url)
    if (url.protocol === 'unix:') {
      const path = decoded(url.pathname)
      if (!path || url.hostname)
        throw wrong('the URL must be unix:// and the whole path: unix:///run/redis.sock')
      if (address.tls) throw wrong('a socket of this machine takes no tls')
      return single(address, url, { where: { path }, label: `unix://${path}`, db })
    }
    if (!url.hostname) throw wrong(`the URL names no host`)
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = Number(url.port || DEFAULT_PORT)
    const tls = address.tls ?? (url.protocol === 'rediss:' ? {} : undefined)
    const where = { host, port, ...(tls && { tls }) }
    return single(address, url, { where, label: `${tls ? 'rediss' : 'redis'}://${url.hostname}:${port}`, db })
  },
  sentinels(address) {
    const { sentinels, sentinelName, sentinelUsername, sentinelPassword, tls } = address
    if (!sentinelName)
      throw wrong('sentinels need sentinelName, the name of the master they watch', SENTINELS)
    if (sentinels!.length === 0) throw wrong('sentinels is empty', SENTINELS)
    const url = address.url === undefined ? undefined : parseUrl(address.url)
    const where = {
      sentinels,
      name: sentinelName,
      sentinelUsername,
      sentinelPassword,
      ...(tls && { tls, enableTLSForSentinelMode: true, sentinelTLS: tls }),
    }
    const label = `sentinel://${sentinelName}@${hostList(sentinels!)}`
    return { ...single(address, url, { where, label, db: url ? dbOf(url) : 0 }), kind: 'sentinel' }
  },
  cluster(address) {
    const { cluster, tls, username, password } = address
    if (username !== undefined && password === undefined) throw wrong(LONELY)
    if (cluster!.length === 0) throw wrong('cluster is empty', 'For example: cluster: [{ host, port }].')
    const label = `cluster://${hostList(cluster!)}`
    const where = tls ? { tls } : {}
    return { kind: 'cluster', label, db: 0, username, password, where, nodes: cluster!, client: undefined }
  },
  client({ client, username, password, tls }) {
    if ((username ?? password ?? tls) !== undefined)
      throw wrong('a client has its own username, password and tls')
    if (typeof client?.duplicate !== 'function') throw wrong('client is no client of ioredis')
    const options = client.options as RedisOptions
    const db = client.isCluster ? 0 : (options.db ?? 0)
    const { host, port, path, sentinels, name } = options
    const server = path ? `unix://${path}` : `redis://${host}:${port}`
    // Beside sentinels, host and port are defaults that mean nothing.
    const place = sentinels ? `sentinel://${name}@${hostList(sentinels)}` : server
    const label = client.isCluster ? clusterLabel(client) : `${place}/${db}`
    return {
      kind: 'client',
      label,
      db,
      username: undefined,
      password: undefined,
      where: {},
      nodes: [],
      client,
    }
  },
}

/** By the nodes it was given: an address, a port of this machine or a URL, which may hold a password. */
function clusterLabel(client: object): string {
  const { startupNodes = [] } = client as { startupNodes?: (string | number | Partial<HostAndPort>)[] }
  const hosts = startupNodes.map((node) => {
    if (typeof node === 'object') return { port: DEFAULT_PORT, ...node }
    if (/^\d+$/.test(String(node))) return { port: Number(node) }
    const { hostname, port } = new URL(/^[a-z]+:\/\//.test(String(node)) ? String(node) : `redis://${node}`)
    return { host: hostname, port: Number(port || DEFAULT_PORT) }
  })
  return `cluster://${hostList(hosts)}`
}

function single(
  { username, password }: RedisAddress,
  url: URL | undefined,
  { where, label, db }: { where: Record<string, unknown>; label: string; db: number },
): RedisTarget {
  const name = username ?? decoded(url?.username)
  const secret = password ?? decoded(url?.password) ?? (url?.searchParams.get('password') || undefined)
  if (name !== undefined && secret === undefined) throw wrong(LONELY)
  return {
    kind: 'single',
    label: `${label}/${db}`,
    db,
    username: name,
    password: secret,
    where,
    nodes: [],
    client: undefined,
  }
}

const LONELY = 'a username needs a password beside it'
const PARAMETERS = ['db', 'password']

function parseUrl(text: string): URL {
  const ours = /^(rediss?|unix):\/\//i.test(text)
  if (!ours) throw wrong(`the URL must begin with redis://, rediss:// or unix://; ${ENCODED}`)
  if (!URL.canParse(text)) throw wrong(`the URL has a host or a port that is none; ${ENCODED}`)
  const url = new URL(text)
  if (url.hash !== '') throw wrong(`the URL must not have a "#"; ${ENCODED}`)
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name))
  if (unknown !== undefined) throw wrong(`the URL has a parameter that means nothing here: ${unknown}`)
  return url
}

const ENCODED = 'a password in it has to be percent-encoded'

/** A part of a URL as it was meant; `undefined` for none. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text ? decodeURIComponent(text) : undefined
  } catch {
    throw wrong(`the URL has a "%" that stands for nothing; ${ENCODED}`)
  }
}

function dbOf(url: URL): number {
  const text = url.searchParams.get('db') ?? (url.protocol === 'unix:' ? '' : url.pathname.slice(1))
  if (!/^\d{0,6}$/.test(text)) throw wrong('the database in the URL must be a number')
  return Number(text || 0)
}

function hostList(hosts: readonly Partial<HostAndPort>[]): string {
  return hosts
    .map(({ host = 'localhost', port = SENTINEL_PORT }) => `${host}:${port}`)
    .sort()
    .join(',')
}

const URLS = 'For example: redis://localhost:6379/0, or rediss://host:6380/0 with TLS.'
const SENTINELS = "For example: sentinels: [{ host, port }], sentinelName: 'main'."

function wrong(what: string, hint: string = URLS): StorageError {
  return new StorageError('usage', `redis: ${what}`, { hint })
}
