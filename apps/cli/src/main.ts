#!/usr/bin/env node
import * as nodeModule from 'node:module'

// Node 22.8 and later: what is imported from here on is compiled once per machine, not once per start.
;(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.()

const { processHost, report, runCli } = await import('./program.ts')

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const
const interrupt = new AbortController()
let interrupted = 0
for (const [signal, code] of Object.entries(signals)) {
  process.on(signal, () => {
    if (interrupted) process.exit(code)
    interrupted = code
    interrupt.abort()
  })
}

const argv = process.argv.slice(2)
const { host, flush } = processHost(process, interrupt.signal)
process.once('uncaughtException', async (thrown) => {
  await end(await report(argv, host, thrown))
})
await end(await runCli(argv, host))

async function end(code: number): Promise<void> {
  const lost = await flush()
  if (lost) host.err.write(`error: The output could not be written: ${lost.message}\n`)
  process.exit(interrupted || code || (lost ? 1 : 0))
}
