import { type Problem, printable } from '../problem.ts'
import type { ServiceConfig } from '../service-config.ts'
import { replaceSealed } from './sealed-syntax.ts'

/** One `${VAR}` or `${VAR:-default}`. */
export interface Placeholder {
  variable: string
  /** What stands after `:-`; used when the variable is unset or empty. */
  fallback?: string
}

const known = /^\$\{([A-Za-z_]\w*)(?::-([^{}]*))?\}$/

// These look like environment variables, but editors fill them in.
const editorVariables = new Set([
  'workspaceFolder',
  'workspaceFolderBasename',
  'workspaceRoot',
  'userHome',
  'pathSeparator',
  '__dirname',
])

const hints: { when: RegExp; hint: (name: string) => string }[] = [
  { when: /^\$\{env:(\w+)\}$/, hint: (name) => `Write \${${name}}.` },
  {
    when: /^\$\{input:([^}]+)\}$/,
    hint: (name) =>
      `mcpstore asks for no input: set an environment variable and write \${${asVariable(name)}}.`,
  },
  {
    when: /^\$\{command:/,
    hint: () => 'What a command of an editor answers is not known here: write a variable in its place.',
  },
  {
    when: /^\$\{file:/,
    hint: () => 'What stands in files is not filled in: set an environment variable, and write its name.',
  },
  { when: /^\$\{userHome\}$/, hint: () => `Write \${HOME}.` },
  {
    when: /^\$\{(?:workspace|__dirname)/,
    hint: () => 'Write the folder itself; a service without cwd runs in the folder of its file.',
  },
  {
    when: /^\$\{([A-Za-z_]\w*)[-=?+:]/,
    hint: (name) => `A default is written \${${name}:-default}, not nested.`,
  },
]

/** Replaces every known placeholder in the text; everything else stays as it is. */
export function replacePlaceholders(text: string, replace: (placeholder: Placeholder) => string): string {
  return replaceBraces(text, (found) => {
    const placeholder = parsePlaceholder(found)
    return placeholder === undefined ? found : replace(placeholder)
  })
}

/** Whether there is any `${…}` in the text, known or not. */
export function holdsPlaceholder(text: string): boolean {
  const start = text.indexOf('${')
  return start >= 0 && text.includes('}', start)
}

const plainConfigs = new WeakMap<ServiceConfig, boolean>()

/** Whether no placeholder stands in it. A config is looked through once: every call needs to know. */
export function isPlain(config: ServiceConfig): boolean {
  const known = plainConfigs.get(config)
  if (known !== undefined) return known
  const isPlainText = !holdsPlaceholder(JSON.stringify(config))
  plainConfigs.set(config, isPlainText)
  return isPlainText
}

/** One problem for each `${…}` that mcpstore does not know. */
export function placeholderProblems(text: string, field: string): Problem[] {
  const problems: Problem[] = []
  replaceBraces(
    replaceSealed(text, () => ''),
    (found) => {
      if (parsePlaceholder(found) === undefined) {
        const message = `${field} holds the placeholder ${nameOf(found)}, which mcpstore does not know`
        problems.push({ field, message, hint: hintFor(found) })
      }
      return ''
    },
  )
  return problems
}

/** What is wrong with a text in which a placeholder begins and does not end: it would be taken as it stands, without a word. */
export function unclosedProblems(text: string, field: string): Problem[] {
  if (!/\$\{[A-Za-z_]/.test(text.slice(text.lastIndexOf('}') + 1))) return []
  // What stands behind it may be a secret.
  const message = `${field} holds "\${" without a "}" after it`
  const hint =
    'A placeholder is written ${VAR}. A value with a "${" of its own goes into a variable: what is filled in is not looked at again.'
  return [{ field, message, hint }]
}

/** The text with something harmless for each placeholder, to see whether the rest makes a URL. */
export function sampleUrl(text: string): string {
  return replaceBraces(
    text,
    (found, before, after) => parsePlaceholder(found)?.fallback || sampleBetween(before, after),
  )
}

function sampleBetween(before: string, after: string): string {
  if (before === '') return after === ':' ? 'http' : 'http://x'
  return /[:\d]/.test(before) ? '1' : 'x'
}

/** Replaces each `${…}`; `replace` also sees the characters around it. Linear, whatever the text. */
export function replaceBraces(
  text: string,
  replace: (found: string, before: string, after: string) => string,
): string {
  const parts: string[] = []
  let before = ''
  let done = 0
  const add = (part: string): void => {
    parts.push(part)
    before = part.at(-1) ?? before
  }
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', done)) {
    const end = text.indexOf('}', start) + 1
    if (end === 0) break
    add(text.slice(done, start))
    add(replace(text.slice(start, end), before, text.charAt(end)))
    done = end
  }
  return parts.join('') + text.slice(done)
}

function parsePlaceholder(text: string): Placeholder | undefined {
  const match = known.exec(text)
  if (match === null || editorVariables.has(match[1]!)) return undefined
  return { variable: match[1]!, ...(match[2] !== undefined && { fallback: match[2] }) }
}

// What stands behind the operator may be a secret, so it is not repeated.
function nameOf(match: string): string {
  return printable(match.replace(/^(\$\{\w+:?[-=?+]).*$/s, '$1…}'), 60)
}

function hintFor(match: string): string {
  for (const { when, hint } of hints) {
    const found = when.exec(match)
    if (found !== null) return hint(found[1] ?? '')
  }
  return `Only \${VAR} and \${VAR:-default} are known.`
}

/** The name of a variable that stands for what has another kind of name. */
export function asVariable(input: string): string {
  return input
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, '_')
    .replace(/^(?=\d)/, '_')
}
