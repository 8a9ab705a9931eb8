import { McpStoreError } from '@mcpstore/storage'
import type { Client, FilePlace, Machine } from '../config/dialects/client.ts'
import { own } from '../config/dialects/dialect.ts'
import { parseJsonText } from '../config/json-text.ts'
import type { ParsedServices } from '../config/parse.ts'
import { readText } from '../config/read.ts'
import type { ErrorCode } from '../errors.ts'
import { isThere } from './is-there.ts'

/** A file in which a client keeps which services it does not start; or why nobody can tell. */
export interface Settings {
  client: Client
  place: FilePlace
  value?: unknown
  error?: McpStoreError<ErrorCode>
}

/** All such files that are there, of those who have any. */
export async function readSettings(
  clients: readonly Client[],
  machine: Machine,
  folders: readonly string[],
): Promise<Settings[]> {
  const all = clients.flatMap((client) => {
    const places = client.switches?.places(machine, folders) ?? []
    return places.map((place) => settingsIn({ client, place }, machine.home))
  })
  return (await Promise.all(all)).filter((one) => one !== undefined)
}

/** The services of a client's file, those that it does not start disabled. */
export function withSwitches(
  read: ParsedServices,
  place: FilePlace,
  { client, settings }: { client: Client; settings: readonly Settings[] },
): ParsedServices {
  const its = settings.filter((one) => one.client === client)
  const isOff = (name: string): boolean =>
    its.some(({ value }) => client.switches?.isOff(name, value, place) === true)
  return {
    ...read,
    services: read.services.map((service) =>
      isOff(service.name) ? { ...service, config: { ...service.config, disabled: true } } : service,
    ),
  }
}

async function settingsIn(
  of: Pick<Settings, 'client' | 'place'>,
  home: string,
): Promise<Settings | undefined> {
  const { file, inside = [] } = of.place
  try {
    if (!(await isThere(file))) return undefined
    const { text } = await readText(file, home)
    if (inside.length > 0 && !text.includes(JSON.stringify(inside.at(-1)))) return undefined
    const { value } = await parseJsonText(text, file)
    return { ...of, value: inside.reduce<unknown>((one, step) => own(one, String(step)), value) }
  } catch (error) {
    if (!(error instanceof McpStoreError)) throw error
    return { ...of, error: error as McpStoreError<ErrorCode> }
  }
}
