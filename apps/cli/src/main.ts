#!/usr/bin/env node
import * as nodeModule from 'node:module'
import { report, runCli } from './cli.ts'
import { processHost } from './process/process-host.ts'
import { standardStream } from './process/standard-stream.ts'

// Node 22.8 and later: what is imported from here on is compiled once per machine, not once per start.
;(nodeModule as { enableCompileCache?: () => void }).enableCompileCache?.()

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
const { env, cwd } = process
const given = {
  // Opening stdin takes time, and is for those who read it.
  get stdin() {
    return process.stdin
  },
  stdout: standardStream(1, () => process.stdout),
  stderr: standardStream(2, () => process.stderr),
  env,
  cwd,
}
const { host, flush } = processHost(given, interrupt.signal)
process.once('uncaughtException', async (thrown) => {
  await end(await report(argv, host, thrown))
})
process.once('beforeExit', async () => {
  await end(await report(argv, host, new Error('the command waited for something that cannot come any more')))
})
void runCli(argv, host).then(end)

async function end(code: number): Promise<void> {
  const lost = await flush()
  if (lost) host.err.write(`error: The output could not be written: ${lost.message}\n`)
  process.exit(interrupted || code || (lost ? 1 : 0))
}
