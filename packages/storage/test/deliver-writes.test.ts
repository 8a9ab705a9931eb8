import { Dataspace, memoryBackend, statsField, statsKey } from '@mcpstore/storage'
import { expect, test } from 'vitest'

/** A dataspace that is written to whenever writes were merged; `sent` is what was sent, in order. */
async function busyDataspace(write: (dataspace: Dataspace) => Promise<unknown> | undefined) {
  const memory = memoryBackend()
  const sent: string[] = []
  const writes: (Promise<unknown> | undefined)[] = []
  const dataspace: Dataspace = new Dataspace({
    namespace: 'n',
    dataspace: 'd',
    backend: {
      ...memory,
      async merge(batch) {
        sent.push('writes')
        const merged = await memory.merge(batch)
        writes.push(write(dataspace))
        return merged
      },
      count(...counted) {
        sent.push('counts')
        return memory.count(...counted)
      },
    },
  })
  return { dataspace: await dataspace.open(), memory, sent, writes }
}

test('who never stops writing has what was counted sent all the same', async () => {
  const services = ['s1', 's2', 's3', 's4']
  const left = [...services]
  const { dataspace, sent, writes } = await busyDataspace((busy) => {
    const service = left.shift()
    return service === undefined ? undefined : busy.put(`services:${service}:config`, 1)
  })
  dataspace.count(statsKey('tool'), statsField('s0', 'calls'), 1)
  await dataspace.put('services:s0:config', 1)
  await expect.poll(() => writes.length).toBe(1 + services.length)
  await Promise.all(writes)
  await dataspace.close()
  expect(sent.slice(0, 3)).toEqual(['writes', 'counts', 'writes'])
})

test('what was counted waits for the config that it was counted under', async () => {
  const services = ['s1', 's2', 's3']
  const left = [...services]
  const { dataspace, memory, writes } = await busyDataspace((busy) => {
    const service = left.shift()
    if (service === undefined) return undefined
    const put = busy.put(`services:${service}:config`, 1)
    busy.count(statsKey('tool'), statsField(service, 'calls'), 1)
    return put
  })
  await dataspace.put('services:first:config', 1)
  await expect.poll(() => writes.length).toBe(1 + services.length)
  await Promise.all(writes)
  await dataspace.close()
  const { counters } = await memory.pull(0)
  const totals = counters.map(({ field, total }) => [field, total])
  expect(totals.sort()).toEqual(services.map((service) => [`${service}:calls`, 1]))
})
