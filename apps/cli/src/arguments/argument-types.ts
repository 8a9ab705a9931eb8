type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null'
/** A JSON Schema that is no mere `true` or `false`. */
export type Schema = Record<string, unknown>

const combiners = ['anyOf', 'oneOf', 'allOf'] as const
/** References may form a ring. */
const deepest = 8

/** The JSON Schema of one argument of a tool, or `undefined` where the tool's schema does not name it. */
export function argumentSchema(inputSchema: unknown, name: string): Schema | undefined {
  const properties = asSchema(asSchema(inputSchema)?.['properties'])
  return properties && Object.hasOwn(properties, name) ? asSchema(properties[name]) : undefined
}

/** Every type a schema allows, following local references and alternatives; empty where it does not say. */
export function allowedTypes(schema: unknown, root: unknown, depth = 0): Set<TypeName> {
  const types = new Set<TypeName>()
  const own = asSchema(schema)
  if (!own || depth > deepest) return types
  for (const type of [own['type']].flat()) if (isTypeName(type)) types.add(type)
  if (types.size > 0) return types

  for (const value of [own['enum'] ?? own['const'] ?? []].flat()) types.add(typeOfValue(value))
  const parts: unknown[] = combiners.flatMap((combiner) => own[combiner] ?? [])
  if (typeof own['$ref'] === 'string') parts.push(resolveReference(own['$ref'], root))
  for (const part of parts) for (const type of allowedTypes(part, root, depth + 1)) types.add(type)
  return types
}

/** The value if it is an object, as a schema has to be to say anything. */
export function asSchema(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : undefined
}

/** The schema itself, its reference followed and, where it only lists alternatives, the first of them. */
export function concreteSchema(schema: unknown, root: unknown, depth = 0): Schema {
  const own = asSchema(schema) ?? {}
  const [first] = combiners.flatMap((combiner) => own[combiner] ?? [])
  const next = typeof own['$ref'] === 'string' ? resolveReference(own['$ref'], root) : first
  return own['type'] !== undefined || next === undefined || depth > deepest
    ? own
    : concreteSchema(next, root, depth + 1)
}

function isTypeName(type: unknown): type is TypeName {
  return ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null'].includes(type as string)
}

function typeOfValue(value: unknown): TypeName {
  if (value === null) return 'null'
  return typeof value as TypeName
}

/** Follows `#/$defs/name`; anything that is not in the document resolves to nothing. */
function resolveReference(reference: string, root: unknown): unknown {
  if (!reference.startsWith('#')) return undefined
  let node: unknown = root
  for (const segment of reference.split('/').slice(1)) {
    const key = segment.replaceAll('~1', '/').replaceAll('~0', '~')
    const parent = asSchema(node)
    node = parent && Object.hasOwn(parent, key) ? parent[key] : undefined
  }
  return node
}
