import type { Dataspace, Json, McpStoreError } from '@mcpstore/storage'
import { findingOf } from '../failures.ts'
import { isMoment } from '../moment.ts'
import { serviceKey } from './keys.ts'
import type { Service } from './registry.ts'
import type { FailureNote } from './service-info.ts'

/** What the last process that reached for a service found, as it is shared. */
export interface HealthNote {
  health: 'ok' | 'failing' | 'auth'
  error: FailureNote | null
  /** Since when it is so, ISO 8601. */
  since: string
  protocol?: ProtocolNote
}

/** Which revision of MCP a server was found to speak. */
interface ProtocolNote {
  version: string
  /** When it was found, ISO 8601. */
  at: string
  /** Of the expanded config it was found with: with other credentials it may be another server. */
  fingerprint: string
}

/** How long it is believed, in ms: that a server speaks a newer revision by now shows only when it is asked. */
const PROTOCOL_TTL_MS = 24 * 60 * 60_000

/** What the service spoke when it was last reached with the config of this fingerprint, if that is remembered. */
export function readProtocol(
  dataspace: Dataspace,
  service: Service,
  fingerprint: string,
): string | undefined {
  const { protocol } = readHealth(dataspace, service) ?? {}
  if (protocol?.fingerprint !== fingerprint || typeof protocol.version !== 'string') return undefined
  return dataspace.now() - Date.parse(protocol.at) < PROTOCOL_TTL_MS ? protocol.version : undefined
}

/** Shares what a service speaks that was just reached, unless that is known already. Resolves when it is written. */
export async function noteProtocol(
  dataspace: Dataspace,
  service: Service,
  { version, fingerprint }: Pick<ProtocolNote, 'version' | 'fingerprint'>,
): Promise<void> {
  if (readProtocol(dataspace, service, fingerprint) === version) return
  const at = new Date(dataspace.now()).toISOString()
  const before = readHealth(dataspace, service)
  // It was reached just now; that this is written already, nobody can count on.
  const since = before?.health === 'ok' ? before.since : at
  await put(dataspace, service, {
    health: 'ok',
    error: null,
    since,
    protocol: { version, at, fingerprint },
  })
}

/** The shared note about a service; `undefined` when there is none for its config, or none that can be read. */
export function readHealth(dataspace: Dataspace, service: Service): HealthNote | undefined {
  const entry = dataspace.get(serviceKey(service, 'state'))
  if (entry?.basis !== service.stamp) return undefined
  return isNote(entry.value) ? (entry.value as unknown as HealthNote) : undefined
}

/** Which process found it so, and whether that one is gone without a word; `undefined` while nobody did. */
export function healthWitness(
  dataspace: Dataspace,
  service: Service,
): { node: string; gone: boolean } | undefined {
  const entry = readHealth(dataspace, service) && dataspace.get(serviceKey(service, 'state'))
  return entry && dataspace.witness(entry.stamp)
}

/** Whether the service worked when somebody reached for it last who is not gone without a word. */
export function isKnownToWork(dataspace: Dataspace, service: Service): boolean {
  const entry = dataspace.get(serviceKey(service, 'state'))
  if (entry?.basis !== service.stamp || !isNote(entry.value)) return false
  return (entry.value as Partial<HealthNote>).health === 'ok' && !dataspace.witness(entry.stamp).gone
}

/** Why what stands there about this writing of the service is no note, if so. */
export function healthProblem(dataspace: Dataspace, service: Service): string | undefined {
  const entry = dataspace.get(serviceKey(service, 'state'))
  return entry?.basis === service.stamp && !isNote(entry.value) ? 'it says nothing about health' : undefined
}

/** Values of records, which stay as they are, that were looked at: every call asks whether its service is known to work. */
const notes = new WeakMap<object, boolean>()

function isNote(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false
  const known = notes.get(value)
  if (known !== undefined) return known
  const note = value as Partial<HealthNote>
  const isSound =
    (note.health === 'ok' || note.health === 'failing' || note.health === 'auth') &&
    isMoment(note.since) &&
    (note.error === null || isFailure(note.error))
  notes.set(value, isSound)
  return isSound
}

function isFailure(error: Partial<FailureNote> | undefined): boolean {
  return typeof error?.code === 'string' && typeof error.message === 'string' && isMoment(error.at)
}

/** Shares what was found, unless that is known already. Resolves when it is written. */
export async function noteHealth(
  dataspace: Dataspace,
  service: Service,
  failure: McpStoreError | null,
): Promise<void> {
  const health = failure === null ? 'ok' : (findingOf(failure)?.health ?? 'failing')
  const before = readHealth(dataspace, service)
  const told = before?.error ?? null
  const isSame =
    before?.health === health && told?.code === failure?.code && told?.message === failure?.message
  // What nobody stands by any more is found anew.
  if (isSame && !healthWitness(dataspace, service)?.gone) return
  const at = new Date(dataspace.now()).toISOString()
  const error = failure && { code: failure.code, message: failure.message, at }
  const kept = before?.protocol ? { protocol: before.protocol } : {}
  await put(dataspace, service, { health, error, since: at, ...kept })
}

async function put(dataspace: Dataspace, service: Service, note: HealthNote): Promise<void> {
  await dataspace.put(serviceKey(service, 'state'), { ...note } as unknown as Json, {
    basis: service.stamp,
  })
}
