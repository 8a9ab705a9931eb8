import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isRunning, stateOf, until } from './processes.ts'
import { startWorker, type Worker } from './worker.ts'

type Requests = typeof import('./programs/sample-worker.ts').requests
const script = new URL('./programs/sample-worker.ts', import.meta.url)
const start = (env: Record<string, string> = {}): Promise<Worker<Requests>> =>
  startWorker<Requests>(script, { args: ['Hello'], env })

it('a worker runs TypeScript on the sources of the workspace, and answers with types', async () => {
  await using worker = await start()
  const greeting: string = await worker.ask('greet', 'Anna')
  expect(greeting).toBe('Hello, Anna')
  const { resolved, opens } = await worker.ask('source')
  expect(resolved).toMatch(/packages\/storage\/src\/index\.ts$/)
  expect(opens).toBe('function')
  const value = { none: undefined, map: new Map([[1, new Date(0)]]) }
  expect(await worker.ask('echo', value)).toEqual(value)
  await worker.ask('print', 'a line\n')
  await until('it is printed', () => worker.stderr === 'a line\n')
})

it('an error of a worker keeps its code, message and place', async () => {
  await using worker = await start()
  const failed = worker.ask('fail')
  await expect(failed).rejects.toMatchObject({ name: 'TypeError', code: 'bad_luck', message: 'no luck' })
  const lines = readFileSync(script, 'utf8').split('\n')
  const place = `sample-worker.ts:${lines.findIndex((line) => line.includes('no luck')) + 1}:`
  await expect(failed).rejects.toMatchObject({ stack: expect.stringContaining(place) })
})

it('a paused worker answers later, a killed one never, and neither is left over', async () => {
  await using worker = await start()
  await worker.pause()
  expect(stateOf(worker.pid)).toBe('T')
  const late = worker.ask('greet', 'later')
  await worker.resume()
  expect(await late).toBe('Hello, later')
  const never = expect(worker.ask('hang')).rejects.toThrow('SIGKILL')
  await worker.pause()
  await worker.kill()
  await never
  expect(isRunning(worker.pid)).toBe(false)
  await expect(worker.ask('greet', 'nobody')).rejects.toThrow('SIGKILL')
  await worker[Symbol.asyncDispose]()
})

it('an unhandled rejection in a worker fails the test, even where a library listens for it', async () => {
  const worker = await start()
  await worker.ask('rejectUnseen').catch(() => {})
  await until('the worker ends', () => !worker.isRunning)
  await expect(worker.ask('greet', 'nobody')).rejects.toThrow('nobody looks')
  await expect(worker[Symbol.asyncDispose]()).rejects.toThrow(/ended with \d+:[\s\S]*nobody looks/)
})

it('a worker that does not start says why', async () => {
  await expect(startWorker(new URL('./programs/missing.ts', import.meta.url))).rejects.toThrow('missing.ts')
})

it('a worker runs the change of a mutant', async () => {
  const file = 'tests/support/programs/sample-worker.ts'
  await using worker = await start({
    MUTANT: JSON.stringify({ file, find: "'original'", replace: "'mutant'" }),
  })
  expect(await worker.ask('planted')).toBe('mutant')
})
