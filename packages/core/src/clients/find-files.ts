import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { McpStoreError } from '@mcpstore/storage'
import { clients } from '../config/clients.ts'
import type { Client, FilePlace, Machine } from '../config/dialects/client.ts'
import { type ParsedServices, parseServices } from '../config/parse.ts'
import { readText } from '../config/read.ts'
import { asError, type ErrorCode, storeError } from '../errors.ts'
import { isThere } from './is-there.ts'
import { foldersFrom, placesOf } from './places.ts'
import { readSettings, type Settings, withSwitches } from './switched-off.ts'

/** A client's file that is there and is about services, or cannot be read. */
export interface FoundFile {
  client: Client
  place: FilePlace
  read: ParsedServices | McpStoreError<ErrorCode>
}

/**
 * The files of clients that are there, project files first; what names no service is left out. Whatever is wrong with one
 * stands beside the others.
 */
export async function findFiles(machine: Machine, folder: string): Promise<FoundFile[]> {
  const folders = await foldersFrom(folder, isRepository)
  const places = clients.flatMap((client) =>
    placesOf(client, machine, folders).map((place) => ({ client, place })),
  )
  // In the user's own folder a project's file is the user's.
  const own = new Set(clients.flatMap((client) => client.userFiles(machine)))
  const looked = places.filter(({ place: { file, inside, project } }) => inside || !project || !own.has(file))
  const settings = await readSettings(clients, machine, folders)
  const read = await Promise.all(looked.map((one) => look(one, machine, settings)))
  const found = read.filter((one) => one !== undefined)
  const there = [...found, ...unreadable(settings, found)].filter((one, _, all) => !isSaidOfAll(one, all))
  return [...there.filter(({ place }) => place.project), ...there.filter(({ place }) => !place.project)]
}

async function look(
  { client, place }: { client: Client; place: FilePlace },
  { home }: Machine,
  settings: readonly Settings[],
): Promise<FoundFile | undefined> {
  const { file, inside, project } = place
  try {
    if (!(await isThere(file))) return undefined
    const { text } = await readText(file, home)
    // Such a file is large, and hardly any folder is in it.
    if (inside && !text.includes(JSON.stringify(inside.at(-1)))) return undefined
    const from = {
      cwd: project ?? home,
      home,
      project,
      source: file,
      format: client.format,
      dialect: client,
      inside,
    }
    const read = await parseServices(text, { ...from, mayBeEmpty: true })
    if (read.services.length + read.failures.length > 0) {
      return { client, place, read: withSwitches(read, place, { client, settings }) }
    }
    await refuseOtherForm(text, { client, place, cwd: from.cwd })
    return undefined
  } catch (error) {
    if (error instanceof McpStoreError) return { client, place, read: error as McpStoreError<ErrorCode> }
    throw asError(error)
  }
}

/** Settings that cannot be read may switch something off; each file is told of once. */
function unreadable(settings: readonly Settings[], found: readonly FoundFile[]): FoundFile[] {
  const known = new Set(found.map(({ place }) => place.file))
  return settings.flatMap(({ client, place, error }) => {
    if (!error || known.has(place.file)) return []
    known.add(place.file)
    return [{ client, place, read: error }]
  })
}

/** Whether what is wrong here is what is wrong with the whole file. */
function isSaidOfAll({ place, read }: FoundFile, all: readonly FoundFile[]): boolean {
  if (!place.inside || !(read instanceof McpStoreError)) return false
  return all.some(
    (other) =>
      other.place.file === place.file &&
      !other.place.inside &&
      other.read instanceof McpStoreError &&
      other.read.message === read.message,
  )
}

/** Throws for a file that is about services and nothing else, but in the form of another client: it is easily mistaken. */
async function refuseOtherForm(
  text: string,
  { client: { title }, place: { file, project }, cwd }: Pick<FoundFile, 'client' | 'place'> & { cwd: string },
): Promise<void> {
  if (!project || !/\bmcp\.json$/.test(file)) return
  const read = await parseServices(text, { cwd }).catch(() => undefined)
  if (!read || read.services.length === 0) return
  throw storeError('bad_config', `${file} names services, but not in the form in which ${title} reads them`, {
    hint: `To add them all the same say mcpstore add ${file}`,
  })
}

async function isRepository(folder: string): Promise<boolean> {
  return access(join(folder, '.git')).then(
    () => true,
    () => false,
  )
}
