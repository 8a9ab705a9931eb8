import { connect } from 'node:net'
import { networkVerdict } from '../connections/http/network.ts'
import type { Fault } from './fault.ts'

/** How long an address may take to answer, in ms, the look-up of its name included. */
export const LOOK_MS = 2000

/**
 * Why nobody can be reached at a URL, if so: a connection is opened and closed, and nothing is sent. `shown` is the URL as it
 * may be shown.
 */
export async function addressFault(url: string, shown: string): Promise<Fault | undefined> {
  const { hostname, port, protocol } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  const error = await reach(host, Number(port) || (protocol === 'https:' ? 443 : 80))
  if (error === undefined) return undefined
  if (error === 'silent') {
    const text = `at ${shown} nobody answered within ${LOOK_MS / 1000} s`
    const hint = 'Check "url" in its config, the network, and what may stand in between.'
    return { fault: 'silent', field: 'url', severity: 'warning', text, hint }
  }
  const { words, hint = '' } = networkVerdict(error, shown)
  return { fault: 'refused', field: 'url', severity: 'critical', text: words, hint }
}

function reach(host: string, port: number): Promise<Error | 'silent' | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (result: Error | 'silent' | undefined): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    const timer = setTimeout(end, LOOK_MS, 'silent')
    socket.once('connect', () => end(undefined))
    socket.once('error', end)
  })
}
