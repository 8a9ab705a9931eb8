import type { Finding } from '@mcpstore/storage'
import { printable } from '../config/problem.ts'
import { redactConfig } from '../config/redaction/redact.ts'
import type { RemoteConfig, ServiceConfig } from '../config/service-config.ts'
import { serviceWords } from '../config/shell-words.ts'
import { withEnvFile } from '../connections/stdio/env-file.ts'
import { asError } from '../errors.ts'
import type { House } from '../house.ts'
import { inParallel } from '../in-parallel.ts'
import type { Service } from '../services/registry.ts'
import type { ServiceSummary } from '../services/service-info.ts'
import { summarise } from '../services/summary.ts'
import { addressFault, LOOK_MS } from './address-fault.ts'
import type { Fault } from './fault.ts'
import { commandFault, folderFault, scriptFault } from './program-faults.ts'

/** How many services are looked at side by side. */
const LOOKS = { limit: 16, patienceMs: LOOK_MS } as const

/** Looks for what would keep services from working; see `Store.inspectServices`. */
export async function inspectServices(house: House): Promise<Finding[]> {
  const services = house.registry.shown().filter(({ config }) => !config.disabled)
  await house.gate.consult(services)
  const found = await inParallel(services, LOOKS, async (service) => {
    const told = known(service, summarise(house, service))
    const seen = await faultsOf(house, service)
    return withoutTwice(told, seen).map((fault) => findingOf(service, fault))
  })
  const pins = await pinFaults(house)
  const findings = found.flat()
  const value = { lookedAt: services.length, findings: findings.length }
  if (services.length === 0 || findings.length > 0) return [...pins, ...findings]
  const count = services.length === 1 ? '1 service' : `${services.length} services`
  return [
    ...pins,
    { name: 'services', severity: 'ok', text: `${count}, nothing found; none was started`, value },
  ]
}

/** What is the matter now is why it failed, or comes before that: of both it is told, with what was to be done about the other. */
function withoutTwice(told: readonly Fault[], seen: readonly Fault[]): Fault[] {
  const failed = told.find(({ fault }) => fault === 'failing')
  const cause = seen.find(({ severity }) => severity === 'critical')
  if (!failed || !cause) return [...told, ...seen]
  const both = { ...cause, hint: `${cause.hint} ${failed.hint}`.trim() }
  return [...told, ...seen].flatMap((one) => (one === failed ? [] : one === cause ? both : one))
}

/** Of pins that cannot be read nothing is known: what changes is not found out, or nothing is called. */
async function pinFaults({ pins, options }: House): Promise<Finding[]> {
  const problem = await pins.problem()
  if (!problem) return []
  const { message, hint } = problem
  const severity = options.pin === 'block' ? 'critical' : 'warning'
  const value = { mode: options.pin }
  return [{ name: 'pins', severity, text: printable(message, 500), value, ...(hint ? { hint } : {}) }]
}

function findingOf({ name, scope }: Service, { fault, field, severity, text, hint }: Fault): Finding {
  const whose = scope === 'store' ? '' : ` of agent ${printable(scope.agent, 60)}`
  return {
    name: `service ${printable(name, 60)}${whose}`,
    severity,
    text: printable(text.replace(/\s*[\r\n]\s*/g, ' '), 500),
    value: { service: name, scope, fault, field: field ?? null },
    hint,
  }
}

/** What is known of a service already. */
function known({ name, scope }: Service, { status, facts }: ServiceSummary): Fault[] {
  const words = serviceWords(name, scope)
  if (facts.inert !== null) {
    const text = `not looked into: ${facts.inert}`
    const hint = `Look at it: mcpstore info ${words}. If you would run it yourself: mcpstore trust ${words}`
    return [{ fault: 'untrusted', severity: 'warning', text, hint }]
  }
  const told = facts.lastError ? `: ${facts.lastError.message}` : ''
  if (status === 'failing') {
    const text = `it failed when it was last reached${told}`
    return [{ fault: 'failing', severity: 'warning', text, hint: `Try it again: mcpstore check ${words}` }]
  }
  if (status !== 'auth') return []
  const hint = `Sign in: mcpstore login ${words}`
  return [{ fault: 'auth', severity: 'warning', text: `it wants to know who asks${told}`, hint }]
}

/** What is found by a look at this machine, and at the address; nothing of what may not be connected. */
async function faultsOf(house: House, service: Service): Promise<Fault[]> {
  const { gate } = house
  if (gate.isInert(service)) return []
  const { config, faults } = await expanded(house, service)
  const shown = redactConfig(service.config)
  if (config.type === 'stdio' && shown.type === 'stdio') {
    const started = await withEnvFile(service.name, config).catch((thrown) => {
      faults.push(refused(service, thrown, 'envFile'))
      return config
    })
    const looks = [folderFault(started), commandFault(started, shown), scriptFault(started, shown)]
    return [...faults, ...(await Promise.all(looks)).flatMap((fault) => fault ?? [])]
  }
  if (faults.length > 0) return faults
  if (!gate.isTrusted(service)) {
    const words = serviceWords(service.name, service.scope)
    const text = 'its address was not looked at: nobody here approved it'
    const hint = `If you know that address: mcpstore trust ${words}`
    return [{ fault: 'unapproved', field: 'url', severity: 'unknown', text, hint }]
  }
  const fault = await addressFault((config as RemoteConfig).url, (shown as RemoteConfig).url)
  return fault ? [fault] : []
}

/** The config as it is used, or as it is stored and why it cannot be used. */
async function expanded(
  { gate, options }: House,
  service: Service,
): Promise<{ config: ServiceConfig; faults: Fault[] }> {
  try {
    await gate.admit(service, { timeoutMs: options.connectTimeoutMs })
    return { config: gate.expand(service), faults: [] }
  } catch (thrown) {
    return { config: service.config, faults: [refused(service, thrown)] }
  }
}

/** What an error says, without the name that the finding has. */
function refused({ name, scope }: Service, thrown: unknown, field?: string): Fault {
  const { code, message, hint } = asError(thrown) as Error & { code?: string; hint?: string }
  return {
    fault: code ?? 'bad_config',
    field,
    severity: 'critical',
    text: message.replace(`service "${printable(name, 60)}": `, ''),
    hint: hint ?? `Look at its config: mcpstore info ${serviceWords(name, scope)}`,
  }
}
