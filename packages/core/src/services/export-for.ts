import { clientsNamed } from '../config/clients.ts'
import type { ClientId } from '../config/dialects/client.ts'
import type { House } from '../house.ts'

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
export async function exportFor({ gate, registry }: House, name: string): Promise<ClientExport> {
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
  const text = format === 'toml' ? await tomlOf(document) : JSON.stringify(document, null, 2)
  return { client: id, title, text: `${text.trimEnd()}\n`, services, left }
}

async function tomlOf(document: object): Promise<string> {
  const { stringify } = await import('smol-toml')
  return stringify(document)
}
