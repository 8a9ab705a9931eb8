import { eachOther, ourHost } from './sides.mjs'

/**
 * Opens ours and each other host of these servers in this process; `settings` by side. All have listed the same tools before
 * `task` gets them, by side; then they are closed.
 */
export async function withOpenHosts(sandbox, servers, { settings = {}, task }) {
  const ours = { options: {}, empty: true, ...settings.ours }
  const modules = { ours: ourHost, ...eachOther(sandbox, (module) => module) }
  const hosts = {}
  try {
    for (const [side, module] of Object.entries(modules)) {
      const { openHost } = await import(module)
      hosts[side] = await openHost(servers, side === 'ours' ? ours : settings[side])
      sameTools(
        await hosts[side].listTools(),
        side === 'ours' ? undefined : await hosts.ours.listTools(),
        side,
      )
    }
    return await task(hosts)
  } finally {
    for (const host of Object.values(hosts)) await host.close()
  }
}

/** @throws when a host has other tools than ours */
export function sameTools(tools, wanted = tools, side = 'a host') {
  if (tools.length === 0 || JSON.stringify([...tools].sort()) !== JSON.stringify([...wanted].sort())) {
    throw new Error(`${side} listed ${tools.length} tools, not the same ${wanted.length} as ours`)
  }
}

/** What `measure` makes of a call of one tool by each of the hosts, which all have the same answer. */
export async function callersOf(hosts, measure) {
  const sides = {}
  for (const [side, host] of Object.entries(hosts)) {
    const call = host.caller('service-0', 'tool_0')
    const answer = await call({ text: 'hello' })
    if (answer !== 'ok') throw new Error(`${side} was answered ${JSON.stringify(answer)}`)
    sides[side] = measure(() => call({ text: 'hello' }))
  }
  return sides
}
