import { allowedTypes, asSchema, concreteSchema } from '../../arguments/argument-types.ts'

/** How many characters of choices stand in a type; else it is the type of the choices. */
const MOST_OF_CHOICES = 40

/** The type of an argument for people: `string`, `integer|null`, `string[]`, `"a"|"b"`, or `any`. */
export function typeText(schema: unknown, root: unknown): string {
  const own = concreteSchema(schema, root)
  const choices = [own['enum'] ?? []].flat().map((value) => JSON.stringify(value))
  const chosen = choices.join('|')
  if (choices.length > 0 && chosen.length <= MOST_OF_CHOICES) return chosen
  const items = [...allowedTypes(asSchema(own['items']), root)]
  const list = items.length > 1 ? `(${items.join('|')})[]` : `${items[0] ?? ''}[]`
  const types = Array.from(allowedTypes(schema, root), (type) =>
    type === 'array' && items.length > 0 ? list : type,
  )
  return types.join('|') || 'any'
}
