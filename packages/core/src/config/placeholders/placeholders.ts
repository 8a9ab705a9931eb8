import type { McpStoreError } from '@mcpstore/storage'
import { type ErrorCode, storeError } from '../../errors.ts'
import { mapValues, type ValuePlace } from '../config-values.ts'
import { headerValueProblems, lengthProblems, urlProblems } from '../field-checks.ts'
import { configError, type Problem, printable, quoted } from '../problem.ts'
import type { ServiceConfig } from '../service-config.ts'
import { isPlain, replacePlaceholders } from './placeholder-syntax.ts'

/**
 * The config with every placeholder replaced by the variable's value, or by its default when the variable is unset or
 * empty. What was put in is not expanded again. Throws `bad_config` naming every variable that is not set, with its
 * fields, and every field that is not right any more; never with a value. A config without placeholders is returned as it is.
 */
export function expandConfig(
  service: string,
  config: ServiceConfig,
  env: Record<string, string | undefined>,
): ServiceConfig {
  if (isPlain(config)) return config
  const missing = new Map<string, Set<string>>()
  const problems: Problem[] = []
  const expanded = mapValues(config, (value, place) => {
    let result = replacePlaceholders(value, ({ variable, fallback }) => {
      const found = env[variable]
      if (typeof found === 'string' && (found !== '' || fallback === undefined)) return found
      if (fallback === undefined) missing.set(variable, (missing.get(variable) ?? new Set()).add(place.field))
      return fallback ?? ''
    })
    if (result === value) return value
    // HTTP knows no blanks around a value, and a secret from a file often ends with a line break.
    if (place.kind === 'headers') result = result.trim()
    problems.push(...expandedProblems(result, place))
    return result
  })
  if (missing.size > 0) throw missingVariables(service, missing)
  if (problems.length > 0) throw configError(service, problems)
  return expanded
}

function missingVariables(service: string, missing: Map<string, Set<string>>): McpStoreError<ErrorCode> {
  const each = [...missing].map(
    ([variable, fields]) =>
      `variable ${variable} is not set (${[...fields].map((field) => printable(field, 60)).join(', ')})`,
  )
  const [first] = missing.keys()
  const hint = `Set ${missing.size === 1 ? 'it' : 'them'}, or write a default: \${${first}:-default}.`
  return storeError('bad_config', `service ${quoted(service)}: ${each.join('; ')}`, { hint })
}

function expandedProblems(value: string, { kind, field }: ValuePlace): Problem[] {
  const problems = lengthProblems(value, field)
  if (problems.length > 0) return problems.map(onceExpanded)
  if (value.includes('\0')) problems.push({ field, message: `${field} holds a NUL character` })
  else if (kind === 'command' && value.trim() === '') problems.push({ field, message: `${field} is empty` })
  else if (kind === 'url') problems.push(...urlProblems(value, field))
  else if (kind === 'headers') problems.push(...headerValueProblems(value, field))
  return problems.map(onceExpanded)
}

function onceExpanded(problem: Problem): Problem {
  return { ...problem, message: `${problem.message} once its placeholders are expanded` }
}
