import { validateConfig } from '../config/entry.ts'
import { parseJsonText } from '../config/json-text.ts'
import { isObject, kindOf, printable, quoted } from '../config/problem.ts'
import { isFile, readText } from '../config/read.ts'
import { storeError } from '../errors.ts'
import { isServiceName } from '../services/names.ts'
import { globsProblem } from '../tools/tool-filter.ts'
import { type DataspaceExport, FORMAT, VERSION } from './document.ts'

/** An export: as it was returned, its JSON text, or the path of a file that holds it. */
export type ImportInput = string | { file: string } | DataspaceExport

type Report = (place: string, message: string) => void
type Fields = Readonly<Record<string, (value: unknown, place: string, report: Report) => void>>

const MOST_SHOWN = 5
const HINT =
  'An export is what mcpstore export (exportDataspace) writes. Other files with services are for mcpstore add'

/** Reads an export, all or nothing. @throws `bad_config` that names what is wrong with it */
export async function readDocument(input: ImportInput, cwd: string): Promise<DataspaceExport> {
  const { value, source } = await contentOf(input, cwd)
  if (!isObject(value) || value['format'] !== FORMAT) {
    const what = isObject(value) ? 'something else' : kindOf(value)
    throw storeError('bad_config', `${source} is no export of a dataspace: it holds ${what}`, { hint: HINT })
  }
  const { version } = value
  if (typeof version === 'number' && version > VERSION) {
    const message = `${source} was exported by a newer mcpstore (version ${version} of the format)`
    throw storeError('bad_config', message, { hint: 'Update mcpstore.' })
  }
  const problems: string[] = []
  checkFields(value, '', DOCUMENT, (place, message) => {
    problems.push(printable(place === '' ? message : `${place}: ${message}`, 300))
  })
  if (problems.length === 0) return value as unknown as DataspaceExport
  const more = problems.length > MOST_SHOWN ? `; and ${problems.length - MOST_SHOWN} more` : ''
  const shown = problems.slice(0, MOST_SHOWN).join('; ')
  throw storeError('bad_config', `${source} cannot be imported: ${shown}${more}`, {
    hint: 'Nothing was imported. Mend it, or export it again.',
  })
}

async function contentOf(input: ImportInput, cwd: string): Promise<{ value: unknown; source: string }> {
  if (typeof input !== 'string' && !isFile(input)) return { value: input, source: 'the export' }
  const { text, source } =
    typeof input === 'string' ? { text: input, source: 'the text' } : await readText(input.file, cwd)
  const { value, repeated } = await parseJsonText(text, source)
  const [first] = repeated
  if (!first) return { value, source }
  const place = `${quoted(String(first.path.at(-1)))} stands in it more than once, in lines ${first.lines.join(' and ')}`
  throw storeError('bad_config', `${source} cannot be imported: ${place}`, { hint: 'Nothing was imported.' })
}

const text: Fields[string] = (value, place, report) => {
  if (typeof value !== 'string') report(place, `it must be a text, not ${kindOf(value)}`)
}

const filter: Fields = {
  allow: globs,
  deny: globs,
}

const service: Fields = {
  config(value, place, report) {
    const read = validateConfig(value)
    if ('problems' in read) for (const { message } of read.problems) report(place, message)
  },
  'untrusted?': text,
}

const agent: Fields = {
  services: named('service', (value, place, report) => checkFields(value, place, service, report)),
  assignments: named('service', (value, place, report) => checkFields(value, place, filter, report)),
}

const DOCUMENT: Fields = {
  format: text,
  version(value, place, report) {
    if (value !== VERSION) report(place, `it must be ${VERSION}`)
  },
  namespace: text,
  dataspace: text,
  exportedAt: text,
  services: agent['services']!,
  agents: named('agent', (value, place, report) => checkFields(value, place, agent, report)),
}

function globs(value: unknown, place: string, report: Report): void {
  const problem = globsProblem(value)
  if (problem !== undefined) report(place, `it must be ${problem}`)
}

/** An object of things by their names, which must be in the form they are stored. */
function named(what: string, check: Fields[string]): Fields[string] {
  return (value, place, report) => {
    if (!isAnObject(value, place, report)) return
    for (const [name, one] of Object.entries(value)) {
      if (!isServiceName(name)) report(place, `no ${what} may be called ${quoted(name)}`)
      else check(one, `${place}.${quoted(name)}`, report)
    }
  }
}

/** A field with a question mark may be left out; one that is not known would be lost, so it is a problem. */
function checkFields(value: unknown, place: string, fields: Fields, report: Report): void {
  if (!isAnObject(value, place, report)) return
  const inside = (name: string) => (place === '' ? name : `${place}.${name}`)
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name) && !Object.hasOwn(fields, `${name}?`)) {
      report(place, `there is an unknown field ${quoted(name)}`)
    }
  }
  for (const [spelled, check] of Object.entries(fields)) {
    const name = spelled.replace(/\?$/, '')
    if (Object.hasOwn(value, name)) check(value[name], inside(name), report)
    else if (name === spelled) report(place, `${name} is missing`)
  }
}

function isAnObject(value: unknown, place: string, report: Report): value is Record<string, unknown> {
  if (isObject(value)) return true
  report(place, `it must be an object, not ${kindOf(value)}`)
  return false
}
