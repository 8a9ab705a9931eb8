import type { Scope } from '@mcpstore/storage'
import { kindOf, quoted } from '../config/problem.ts'
import { storeError } from '../errors.ts'

const LONGEST_NAME = 128
const FORM = `has 1 to ${LONGEST_NAME} visible characters, without "/" and without a leading "-".`

// Control and format characters (bidi controls, zero-width ones, soft hyphens), lone surrogates, line separators:
// with them two different names could look the same in every listing, and trust is given by name.
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u
/** Most names. The first look at properties of characters costs a start half a millisecond. */
const plain = /^[ -~]*$/

const rules: { broken: (name: string) => boolean; message: string }[] = [
  { broken: (name) => name === '', message: 'is empty' },
  { broken: (name) => [...name].length > LONGEST_NAME, message: `is longer than ${LONGEST_NAME} characters` },
  { broken: (name) => name.includes('/'), message: 'contains "/"' },
  { broken: (name) => name.startsWith('-'), message: 'starts with "-"' },
  {
    broken: (name) => !plain.test(name) && invisible.test(name),
    message: 'contains a control or invisible character',
  },
]

/** A name as it would be stored: trimmed and in Unicode NFC, so that an accent typed either way names the same service. */
export function storedName(name: string): string {
  return name.trim().normalize('NFC')
}

/** Whether this is the name of a service in the form it is stored. */
export function isServiceName(name: string): boolean {
  return storedName(name) === name && brokenRule(name) === undefined
}

/**
 * The name in the form it is stored. Throws `usage` if it is not a string, `bad_config` if no service may have such a name.
 */
export function checkServiceName(name: unknown): string {
  if (typeof name !== 'string') {
    throw storeError('usage', `the name of a service must be a string, not ${kindOf(name)}`, {
      hint: 'Options come after it. For all services give undefined in its place.',
    })
  }
  const broken = brokenRule(name)
  if (broken === undefined) return storedName(name)
  throw storeError('bad_config', `the service name ${quoted(name)} ${broken}`, {
    hint: `A name ${FORM}`,
  })
}

/** The id of an agent in the form it is stored: the rules of service names hold for it. @throws `usage` */
export function checkAgentId(id: unknown): string {
  if (typeof id !== 'string') throw storeError('usage', 'the id of an agent must be a string')
  const broken = brokenRule(id)
  if (broken === undefined) return storedName(id)
  throw storeError('usage', `the agent id ${quoted(id)} ${broken}`, { hint: `An id ${FORM}` })
}

/** For what is written: an agent whose id somebody else made up keeps what it has until that is removed. @throws `usage` */
export function requirePossible(scope: Scope): void {
  if (scope === 'store' || isServiceName(scope.agent)) return
  throw storeError('usage', `no agent may have the id ${quoted(scope.agent)}`, { hint: `An id ${FORM}` })
}

function brokenRule(name: string): string | undefined {
  const stored = storedName(name)
  return rules.find(({ broken }) => broken(stored))?.message
}
