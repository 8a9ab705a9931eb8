import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { firstList } from '../hosts/first-list.mjs'
import { callersOf, sameTools, withOpenHosts } from '../hosts/open-hosts.mjs'
import { startedBy } from '../hosts/processes.mjs'
import { eachOther, ourHost } from '../hosts/sides.mjs'
import { lightServices } from '../servers.mjs'

const withoutPeers = { peers: false, env: process.env }

test('hosts of the same servers have the same tools and answers; otherwise nothing is compared', async () => {
  await withOpenHosts(withoutPeers, lightServices(2), {
    async task(hosts) {
      expect(Object.keys(hosts)).toEqual(['ours', 'sdk'])
      const lists = await Promise.all(Object.values(hosts).map((host) => host.listTools()))
      expect(lists.map((tools) => tools.length)).toEqual([40, 40])
      const calls = await callersOf(hosts, (call) => call)
      expect(await Promise.all(Object.values(calls).map((call) => call()))).toEqual(['ok', 'ok'])
      const another = { caller: () => async () => 'no' }
      await expect(callersOf({ another }, (call) => call)).rejects.toThrow('another was answered "no"')
    },
  })
  expect(() => sameTools(['a/x', 'b/x'], ['b/x', 'a/x'])).not.toThrow()
  expect(() => sameTools(['a/x'], ['b/x'], 'theirs')).toThrow('theirs listed 1 tools, not the same 1')
  expect(() => sameTools([])).toThrow('0 tools')
})

test('a host in a process of its own is told what it took and what it runs', async () => {
  const [module] = Object.values(eachOther(withoutPeers, (one) => one))
  const list = await firstList(withoutPeers, module, lightServices(2))
  expect(list.tools).toHaveLength(40)
  expect(list.whole).toBeGreaterThan(list.inside)
  if (process.platform === 'linux') expect(list).toMatchObject({ processes: 2, together: expect.any(Number) })
})

test('a host that ends before it has listed anything is no measurement', async () => {
  const settings = { options: { local: 1 } }
  await expect(firstList(withoutPeers, ourHost, {}, settings)).rejects.toThrow(/a host ended with 1:.*local/s)
})

test.runIf(process.platform === 'linux')(
  'what a process runs is counted with what that has started',
  async () => {
    const child = spawn('sh', ['-c', 'sh -c "sleep 30 & echo there; wait"; true'], { detached: true })
    await once(child.stdout, 'data')
    const running = startedBy(child.pid)
    process.kill(-child.pid)
    expect(running).toEqual({ processes: 2, together: expect.any(Number) })
    expect(running.together).toBeGreaterThan(0)
  },
)
