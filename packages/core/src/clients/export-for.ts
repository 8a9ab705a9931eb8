import { clientsNamed } from '../config/clients.ts'
import type { Client } from '../config/dialects/client.ts'
import type { ClientId } from '../config/dialects/client-ids.ts'
import { parseJsonText } from '../config/json-text.ts'
import { isObject, printable } from '../config/problem.ts'
import { parseTomlText } from '../config/toml-text.ts'
import { storeError } from '../errors.ts'
import type { House } from '../house.ts'

export interface ExportForOptions {
  /** The text that this is to take the place of: what holds more than services is refused. Default: none. */
  over?: string | undefined
}

/** Services in the words of another client. */
export interface ClientExport {
  client: ClientId
  title: string
  /** The text of a whole file. */
  text: string
  /** What is in it, and what of each service could not be said, with why. */
  services: { name: string; unsaid: string[] }[]
  /** What is not in it. */
  left: { name: string; why: string }[]
}

/** The services of this scope for another client; see `StoreContext.exportFor`. `claude` is Claude Code. */
export async function exportFor(
  { gate, registry }: House,
  name: string,
  { over = '' }: ExportForOptions,
): Promise<ClientExport> {
  const [client] = clientsNamed(name)
  const own = registry.own()
  await gate.consult(own)
  const entries: [string, object][] = []
  const services: ClientExport['services'] = []
  const left: ClientExport['left'] = []
  for (const service of own) {
    const written = gate.whyInert(service) === null ? client!.write(service.config) : 'it is not trusted here'
    if (typeof written === 'string') left.push({ name: service.name, why: written })
    else {
      entries.push([service.name, written.entry])
      services.push({ name: service.name, unsaid: written.unsaid })
    }
  }
  const { id, title, format } = client!
  const document = client!.document(Object.fromEntries(entries))
  if (over.trim() !== '') await refuseLoss(over, document, client!)
  const text = format === 'toml' ? await tomlOf(document) : JSON.stringify(document, null, 2)
  return { client: id, title, text: `${text.trimEnd()}\n`, services, left }
}

/** A client's file may hold more than services, which a file with services alone would lose. @throws `usage`, `bad_config` */
async function refuseLoss(text: string, document: object, { format, title }: Client): Promise<void> {
  const source = 'what is to be written over'
  const value =
    format === 'toml' ? await parseTomlText(text, source) : (await parseJsonText(text, source)).value
  const settings = isObject(value) ? Object.keys(value).filter((key) => !Object.hasOwn(document, key)) : []
  if (settings.length === 0) return
  const names = settings.map((key) => printable(key, 40)).join(', ')
  throw storeError('usage', `${source} holds more than services, and would lose it: ${names}`, {
    hint: `Write to another file, and copy the services from there into that of ${title}.`,
  })
}

async function tomlOf(document: object): Promise<string> {
  const { stringify } = await import('smol-toml')
  return stringify(document)
}
