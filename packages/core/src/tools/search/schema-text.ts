import { isObject } from '../../config/problem.ts'

/** Schemas may be as deep as their server likes. */
const DEEPEST = 16
const SAYING = ['description', 'title'] as const
const CHOICES = ['enum', 'const', 'default', 'examples'] as const

/** What a schema says in words: the names of its properties, their descriptions and choices, and none of its keywords. */
export function schemaText(schema: unknown): string {
  const words: string[] = []
  collect(schema, words, 0)
  return words.join('\n')
}

function collect(schema: unknown, words: string[], depth: number): void {
  if (depth > DEEPEST) return
  if (Array.isArray(schema)) for (const one of schema) collect(one, words, depth + 1)
  if (!isObject(schema)) return
  for (const [keyword, value] of Object.entries(schema)) {
    if ((SAYING as readonly string[]).includes(keyword)) {
      if (typeof value === 'string') words.push(value)
    } else if ((CHOICES as readonly string[]).includes(keyword)) {
      words.push(...[value].flat().filter((one) => typeof one === 'string'))
    } else if (keyword === 'properties' && isObject(value)) {
      words.push(...Object.keys(value))
      for (const one of Object.values(value)) collect(one, words, depth + 1)
    } else if (keyword === '$defs' || keyword === 'definitions') {
      if (isObject(value)) for (const one of Object.values(value)) collect(one, words, depth + 1)
    } else collect(value, words, depth + 1)
  }
}
