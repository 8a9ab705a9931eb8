import { existsSync, writeFileSync } from 'node:fs'
import { Dataspace, type DataspaceStatus, type Json, type PutResult } from '@mcpstore/storage'
import { redisBackend, redisTarget } from '@mcpstore/storage/redis'
import { type MirrorOptions, mirrorOf } from '../mirror-options.ts'
import { answerRequests } from '../worker-requests.ts'

const lines: string[] = []
const keep = (level: string) => (line: string) => void lines.push(`${level} ${line}`)
let dataspace: Dataspace
let turns = 0

/** A process with a dataspace on Redis and a mirror. */
export const requests = {
  open: async (options: MirrorOptions): Promise<void> => {
    const { url, waitMs = 10_000 } = options
    const target = redisTarget({ url })
    const place = { namespace: 'default', dataspace: options.dataspace }
    dataspace = await new Dataspace({
      ...place,
      backend: redisBackend({ ...place, target, timeoutMs: options.waitMs ?? 1000 }),
      mirror: mirrorOf(options),
      waitMs,
      logger: { debug() {}, info: keep('info'), warn: keep('warn'), error: keep('error') },
    }).open()
  },
  put: (key: string, value: Json): Promise<PutResult> => dataspace.put(key, value),
  /** Makes the file `stands`, stands still until there is one called `go`, and writes without having looked around. */
  putUnaware: (files: { stands: string; go: string }, key: string, value: Json): Promise<PutResult> => {
    writeFileSync(files.stands, '')
    const never = new Int32Array(new SharedArrayBuffer(4))
    while (!existsSync(files.go)) Atomics.wait(never, 0, 0, 5)
    return dataspace.put(key, value)
  },
  putAll: (puts: { key: string; value: Json }[]): Promise<PutResult[]> => dataspace.putAll(puts),
  remove: (key: string): Promise<PutResult> => dataspace.put(key, undefined),
  count: (key: string, field: string, amount: number): void => dataspace.count(key, field, amount),
  values: (): Record<string, Json> =>
    Object.fromEntries(dataspace.list('').map(({ key, value }) => [key, value])),
  counters: (key: string): Record<string, number> => dataspace.counters(key),
  status: (): Omit<DataspaceStatus, 'error'> => {
    const { error: _, ...status } = dataspace.status()
    return status
  },
  refresh: (): Promise<void> => dataspace.refresh(),
  adopt: (): Promise<void> => dataspace.adopt(),
  conflicts: () => dataspace.conflicts(),
  close: (): Promise<number> => dataspace.close(),
  lines: (): string[] => lines,
  /** How often the event loop has come round since this was last asked. */
  turns: (): number => {
    const counted = turns
    turns = 0
    return counted
  },
  /** Goes on with no more rights than the modes of the files give. */
  dropRights: (): void => {
    process.setgid!(65_534)
    process.setuid!(65_534)
  },
}

setInterval(() => turns++, 1)
// Where a file may not grow, writing it fails instead of ending the process.
process.on('SIGXFSZ', () => {})
answerRequests(requests)
