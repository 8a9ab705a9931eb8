import { isObject } from '../config/problem.ts'

/** An accepted form in which fields that were left out have the defaults of its schema. */
export function withDefaults(answer: Record<string, unknown>, schema: unknown): Record<string, unknown> {
  if (answer['action'] !== 'accept' || !isObject(schema) || !isObject(schema['properties'])) return answer
  const content = { ...(isObject(answer['content']) ? answer['content'] : {}) }
  for (const [name, field] of Object.entries(schema['properties'])) {
    if (content[name] === undefined && isObject(field) && field['default'] !== undefined) {
      content[name] = field['default']
    }
  }
  return { ...answer, content }
}
