import { isObject, kindOf, printable, quoted } from '../config/problem.ts'
import { shellWord } from '../config/shell-words.ts'
import { storeError } from '../errors.ts'
import { didYouMean, nearest } from '../near.ts'
import { some } from '../services/not-found.ts'
import type { ListedPrompt } from './content.ts'

/** How much of a name is shown, and how many arguments a command is suggested with. */
const LONGEST_NAME = 60
const MOST_TYPED = 10

interface Argument {
  name: string
  description?: unknown
  required?: unknown
}

/** The arguments of a prompt, which are texts. @throws `bad_arguments` */
export function readTexts(given: unknown = {}): Record<string, string> {
  const hint = 'For example {"language": "Norsk"}.'
  if (!isObject(given)) throw storeError('bad_arguments', 'the arguments of a prompt are an object', { hint })
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') continue
    const problem = `argument ${quoted(name)} of a prompt must be a text, not ${kindOf(value)}`
    throw storeError('bad_arguments', problem, { hint })
  }
  return { ...given } as Record<string, string>
}

/** What does not fit a prompt as its server lists it: an argument that is missing, and those that it does not name. */
export function misfitOf(prompt: ListedPrompt, args: Readonly<Record<string, string>>): string | undefined {
  const named = argumentsOf(prompt)
  const missing = named.filter(({ name, required }) => required === true && !Object.hasOwn(args, name))
  if (missing.length === 0) return undefined
  const unknown = unknownOf(prompt, args)
  const problems = [
    `${some(missing.map(({ name }) => printable(name, LONGEST_NAME)))} ${missing.length > 1 ? 'are' : 'is'} missing`,
    ...(unknown.length > 0
      ? [`${unknown.map(quoted).join(', ')} ${unknown.length > 1 ? 'are none' : 'is none'} of them`]
      : []),
  ]
  return `the arguments do not fit ${prompt.name}: ${problems.join('; ')}`
}

/** What a prompt takes, and a command that gives it that, where its arguments can be typed. */
export function promptHint(prompt: ListedPrompt, args: Readonly<Record<string, string>>): string {
  const named = argumentsOf(prompt)
  const near = unknownOf(prompt, args).flatMap((one) =>
    nearest(
      one,
      named.flatMap(({ name }) => (Object.hasOwn(args, name) ? [] : name)),
      1,
    ),
  )
  const required = named.filter((one) => one.required === true)
  const optional = named.filter((one) => one.required !== true)
  const words = [prompt.name, ...required.map(({ name }) => `${name}=TEXT`)].map(shellWord)
  const takes = [
    ...(required.length > 0 ? [some(required.map(described))] : []),
    ...(optional.length > 0 ? [`if wanted ${some(optional.map(described))}`] : []),
  ]
  return [
    ...(near.length > 0 ? [didYouMean([...new Set(near)].map((name) => printable(name, LONGEST_NAME)))] : []),
    `It takes ${takes.join(', and ') || 'no arguments'}.`,
    ...(required.length <= MOST_TYPED && required.every(canBeTyped)
      ? [`Try: mcpstore get-prompt ${words.join(' ')}`]
      : []),
  ].join(' ')
}

/** Whether `name=text` is read as that argument: what begins with "-" would be an option that the server has chosen. */
function canBeTyped({ name }: Argument): boolean {
  return /^[^-=][^=]*$/.test(name) && !name.endsWith(':') && printable(name, LONGEST_NAME) === name
}

/** The words of its server in quotes: they are no advice of ours. */
function described({ name, description }: Argument): string {
  const about = typeof description === 'string' ? description.trim().replace(/\s+/g, ' ') : ''
  const shown = printable(name, LONGEST_NAME)
  return about === '' ? shown : `${shown} (${quoted(about)})`
}

function unknownOf(prompt: ListedPrompt, args: Readonly<Record<string, string>>): string[] {
  const named = new Set(argumentsOf(prompt).map(({ name }) => name))
  return Object.keys(args).filter((name) => !named.has(name))
}

/** Those that can be given. */
function argumentsOf(prompt: ListedPrompt): Argument[] {
  return [prompt.arguments ?? []]
    .flat()
    .flatMap((one: unknown) =>
      isObject(one) && typeof one['name'] === 'string' ? [one as unknown as Argument] : [],
    )
}
