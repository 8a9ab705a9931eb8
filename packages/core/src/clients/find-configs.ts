import { McpStoreError } from '@mcpstore/storage'
import { clientsNamed } from '../config/clients.ts'
import type { Machine } from '../config/dialects/client.ts'
import type { ClientId } from '../config/dialects/client-ids.ts'
import type { ParsedServices } from '../config/parse.ts'
import { redactConfig } from '../config/redaction/redact.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { ErrorCode } from '../errors.ts'
import { userHome } from '../home.ts'
import type { House } from '../house.ts'
import { saysTheSame } from '../services/writes/stored-form.ts'
import { canonical } from '../trust/config-hash.ts'
import { findFiles } from './find-files.ts'

export interface FindOptions {
  /** Only of the client that goes by this name, or of these. Default: of all. */
  from?: string | readonly string[] | undefined
  /** The folder whose project files are looked for. Default: the store's `cwd`. */
  cwd?: string | undefined
  /** Where the user's files are. Default: of this process. */
  machine?: Machine | undefined
}

/** A service in a file of another client. */
export interface FoundService {
  name: string
  /** Against what is here: `new`, `equal`, `different`; or `unusable`, and `error` says why. */
  status: 'new' | 'equal' | 'different' | 'unusable'
  /** As it would be stored, secrets redacted. */
  config?: ServiceConfig
  /** Fields that change nothing here and would be left out. */
  ignored?: string[]
  error?: McpStoreError<ErrorCode>
  /** What `addService` takes to add exactly this; secrets that stand in the file are in it. */
  input?: { name: string }
  /** The file with another service of this name that comes first; that one is meant where nobody chooses. */
  after?: string
}

/** A file of another client. */
export interface FoundConfig {
  client: ClientId
  title: string
  file: string
  /** Whom it is for: a project, or all of what the user does. */
  scope: 'project' | 'user'
  services: FoundService[]
  /** Why nothing of it can be read. */
  error?: McpStoreError<ErrorCode>
}

/** What other clients have; see `StoreContext.findConfigs`. @throws `usage` for a client that is not known */
export async function findConfigs(house: House, options: FindOptions): Promise<FoundConfig[]> {
  const wanted = wantedClients(options.from)
  const machine = options.machine ?? { platform: process.platform, env: process.env, home: userHome() }
  const files = await findFiles(machine, options.cwd ?? house.options.cwd)
  const found: FoundConfig[] = []
  const first = new Map<string, { file: string; config: string }>()
  for (const { client, place, read } of files) {
    if (wanted && !wanted.has(client.id)) continue
    const { file, project } = place
    const about = {
      client: client.id,
      title: client.title,
      file,
      scope: project ? 'project' : 'user',
    } as const
    if (read instanceof McpStoreError) found.push({ ...about, services: [], error: read })
    else found.push({ ...about, services: await servicesIn(house, read, { file, first }) })
  }
  return found
}

function wantedClients(from: FindOptions['from']): ReadonlySet<ClientId> | undefined {
  if (from === undefined) return undefined
  const names = typeof from === 'string' ? [from] : from
  return new Set(names.flatMap((name) => clientsNamed(name).map(({ id }) => id)))
}

async function servicesIn(
  house: House,
  { services, failures }: ParsedServices,
  { file, first }: { file: string; first: Map<string, { file: string; config: string }> },
): Promise<FoundService[]> {
  const found: FoundService[] = []
  for (const { name, config, ignored } of services) {
    const text = canonical(config)
    const before = first.get(name)
    if (!before) first.set(name, { file, config: text })
    found.push({
      name,
      status: await statusOf(house, name, config),
      config: redactConfig(config),
      ...(ignored.length > 0 && { ignored }),
      input: { name, ...config },
      ...(before && before.config !== text && { after: before.file }),
    })
  }
  for (const { name, error } of failures) found.push({ name, status: 'unusable', error })
  return found
}

async function statusOf(
  house: House,
  name: string,
  config: ServiceConfig,
): Promise<'new' | 'equal' | 'different'> {
  const here = house.registry.findOwn(name)
  if (!here) return 'new'
  const isSame = await saysTheSame(house, here, [here.config, config])
  return isSame ? 'equal' : 'different'
}
