import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Schema, Validator } from '@cfworker/json-schema'
import { workspaceRoot } from './modules.ts'

const folder = join(workspaceRoot, 'docs/cli-json')
const schemas = new Map(
  readdirSync(folder).map((file) => [
    file.replace(/\.json$/, ''),
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Schema,
  ]),
)
const validators = new Map<string, Validator>()

/** The commands, and other things, whose JSON is documented. */
const documented = [...schemas.keys()].filter((name) => name !== 'shared')

/** Which command's document a command line prints; `undefined` where it goes by another name, tells of itself, or is a part. */
export function documentedAs(argv: readonly string[]): string | undefined {
  const tellsOfItself = argv.some((word) => ['--help', '-h', '--version', '-V'].includes(word))
  return tellsOfItself || argv.includes('--extract')
    ? undefined
    : argv.find((word) => documented.includes(word))
}

/** What of a document is not as its page in `docs/cli-json` says. */
export function problemsOf(name: string | undefined, document: unknown): string[] {
  if (name === undefined) return []
  const { valid, errors } = validatorOf(name).validate(document)
  return valid ? [] : errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
}

function validatorOf(name: string): Validator {
  const known = validators.get(name)
  if (known) return known
  const made = new Validator(schemas.get(name)!, '2020-12', false)
  made.addSchema(schemas.get('shared')!)
  validators.set(name, made)
  return made
}
