import type { RawTool } from '../connector.ts'
import { fields } from '../facts.ts'

/** What marks an argument in a tool's schema, and names its header. */
const MARK = 'x-mcp-header'
/** Below that nothing is looked for. */
const DEEPEST = 200
const token = /^[!#$%&'*+.^_`|~\w-]+$/
const plain = /^(?!\s)[\t\x20-\x7e]+(?<!\s)$/
const encoded = /^=\?base64\?.*\?=$/s

interface Mirrored {
  header: string
  /** Of the argument in the arguments. */
  path: string[]
}

/** Arguments that a tool's schema wants to be sent as headers too, so that what lies on the way can route by them. */
export class MirroredArguments {
  readonly #ofTool = new Map<string, Mirrored[]>()

  /** The tools whose schemas mark nothing, or what can be a header; `warn` hears why others are left out. */
  callable(tools: RawTool[], warn: (line: string) => void): RawTool[] {
    return tools.filter(({ name, inputSchema }) => {
      const marks = marksIn(inputSchema)
      if ('fault' in marks) warn(`lists a tool "${name}" that cannot be called: ${marks.fault}`)
      else this.#ofTool.set(name, marks.mirrored)
      return !('fault' in marks)
    })
  }

  /** Takes note of the schema of a tool that is about to be called. */
  learn(tool: string, inputSchema: unknown): void {
    const marks = inputSchema === undefined ? undefined : marksIn(inputSchema)
    if (marks && 'mirrored' in marks) this.#ofTool.set(tool, marks.mirrored)
  }

  /** The headers for a call of a tool. */
  headersOf(tool: string, args: unknown): Record<string, string> {
    const headers: Record<string, string> = {}
    for (const { header, path } of this.#ofTool.get(tool) ?? []) {
      const value = headerValue(path.reduce<unknown>((node, name) => fields(node)[name], args))
      if (value !== undefined) headers[`Mcp-Param-${header}`] = value
    }
    return headers
  }
}

/** The marks of a schema; a mark at a place or with a name that cannot be makes the whole tool one that cannot. */
function marksIn(schema: unknown): { mirrored: Mirrored[] } | { fault: string } {
  const mirrored: Mirrored[] = []
  const names = new Set<string>()
  const faultOf = (node: unknown, path: string[] | undefined, depth = 0): string | undefined => {
    if (typeof node !== 'object' || node === null || depth > DEEPEST) return undefined
    const { [MARK]: header, type, properties, ...rest } = node as Record<string, unknown>
    if (header !== undefined) {
      const place = path?.join('.') ?? 'a place that is no plain property'
      if (!path?.length) return `"${MARK}" stands at ${path ? 'the root of its schema' : place}`
      if (typeof header !== 'string' || !token.test(header))
        return `the "${MARK}" of ${place} is no name of a header`
      if (type !== 'string' && type !== 'integer' && type !== 'boolean') {
        return `${place} has an "${MARK}" and is no string, integer or boolean`
      }
      if (names.has(header.toLowerCase())) return `two arguments have the "${MARK}" ${header}`
      names.add(header.toLowerCase())
      mirrored.push({ header, path })
    }
    for (const [name, child] of Object.entries(fields(properties))) {
      const fault = faultOf(child, path && [...path, name], depth + 1)
      if (fault) return fault
    }
    for (const [keyword, child] of Object.entries(rest)) {
      if (keyword === 'default' || keyword === 'const' || keyword === 'enum' || keyword === 'examples')
        continue
      const fault = faultOf(child, undefined, depth + 1)
      if (fault) return fault
    }
    return undefined
  }
  const fault = faultOf(schema, [])
  return fault === undefined ? { mirrored } : { fault }
}

/** An argument as a header has it; in base64 what a header cannot carry as it is. */
function headerValue(argument: unknown): string | undefined {
  if (typeof argument === 'number' && !Number.isSafeInteger(argument)) return undefined
  if (!['string', 'number', 'boolean'].includes(typeof argument)) return undefined
  const text = String(argument)
  if (plain.test(text) && !encoded.test(text)) return text
  return `=?base64?${Buffer.from(text).toString('base64')}?=`
}
