import { type Check, checks } from './field-checks.ts'
import { isObject, kindOf, type Problem, quoted } from './problem.ts'
import type { ServiceConfig, TransportName } from './service-config.ts'

export type Validated = { config: ServiceConfig } | { problems: Problem[] }

interface Shape {
  required: string
  fields: Map<string, Check>
}

const common = { type: () => [], description: checks.description, disabled: checks.disabled }
const sse: Shape = {
  required: 'url',
  fields: new Map(Object.entries({ ...common, url: checks.url, headers: checks.headers })),
}
const http: Shape = { ...sse, fields: new Map([...sse.fields, ['protocol', checks.protocol]]) }
const stdio: Shape = {
  required: 'command',
  fields: new Map(
    Object.entries({
      ...common,
      command: checks.command,
      args: checks.args,
      env: checks.env,
      envFile: checks.envFile,
      cwd: checks.cwd,
      protocol: checks.protocol,
    }),
  ),
}
const shapes: Record<TransportName, Shape> = { stdio, http, sse }

/**
 * Checks a config in the form it is stored, e.g. as it was read from a backend. All problems are reported at once.
 * The config is returned as it is: not copied, nothing changed.
 */
export function validateConfig(value: unknown): Validated {
  return checkConfig(value, new Map())
}

/** Like {@link validateConfig}; `spelling` says how a field is called where the person wrote it. */
export function checkConfig(value: unknown, spelling: ReadonlyMap<string, string>): Validated {
  if (!isObject(value)) return whole(`the config must be an object, not ${kindOf(value)}`)
  const type = Object.hasOwn(value, 'type') ? value['type'] : undefined
  if (!isTransport(type)) return whole('type must be stdio, http or sse', 'type')
  const shape = shapes[type]
  const problems = Object.keys(value).flatMap((field) => {
    const check = shape.fields.get(field)
    const written = spelling.get(field) ?? field
    return check === undefined ? [strange(written, field, type)] : check(value[field], written)
  })
  if (!Object.hasOwn(value, shape.required) && !spelling.has(shape.required)) {
    problems.push({ field: shape.required, message: `${shape.required} is missing` })
  }
  return problems.length > 0 ? { problems } : { config: value as unknown as ServiceConfig }
}

function isTransport(type: unknown): type is TransportName {
  return typeof type === 'string' && Object.hasOwn(shapes, type)
}

function strange(written: string, field: string, type: TransportName): Problem {
  const known = Object.values(shapes).some(({ fields }) => fields.has(field))
  if (!known) return { field: written, message: `unknown field ${quoted(written)}` }
  return { field: written, message: `${written} means nothing for a service of type ${type}` }
}

function whole(message: string, field = ''): Validated {
  return { problems: [{ field, message }] }
}
