import { expect, it } from 'vitest'
import { type FakeWorld, fakeService, run } from './fakes.ts'

const world = (confirm?: (question: string) => Promise<boolean>): FakeWorld => ({
  services: { listServices: async () => [fakeService('a'), fakeService('b')] },
  store: { clear: async () => ({ durable: 'local' }) },
  host: { confirm },
})

it('needs --yes where there is no terminal to ask on', async () => {
  const { exit, stderr, opened } = await run(['clear'], world())
  expect({ exit, opened }).toEqual({ exit: 1, opened: [] })
  expect(stderr).toContain('--yes')
})

it('never asks with --json, as the question would not be JSON', async () => {
  const asked = () => Promise.reject(new Error('it asked'))
  expect((await run(['clear', '--json'], world(asked))).stderr).toContain('--yes')
})

it('with --yes says how many services were removed', async () => {
  const text = await run(['clear', '--yes', '--dataspace', 'scratch'], world())
  expect(text).toMatchObject({
    exit: 0,
    stdout: 'removed 2 services from dataspace scratch (namespace default)\n',
  })
  expect(text.calls['clear']).toHaveLength(1)
  const json = await run(['clear', '--yes', '--json'], world())
  expect(JSON.parse(json.stdout)).toEqual({ removed: ['a', 'b'], durable: 'local' })
})

it('on a terminal asks first, naming what would go', async () => {
  const questions: string[] = []
  const answer = (yes: boolean) => async (question: string) => {
    questions.push(question)
    return yes
  }
  const refused = await run(['clear'], world(answer(false)))
  expect(refused).toMatchObject({ exit: 1, stdout: '', stderr: 'Nothing was removed.\n' })
  expect(refused.calls['clear']).toBeUndefined()
  const agreed = await run(['clear'], world(answer(true)))
  expect(agreed.exit).toBe(0)
  expect(agreed.calls['clear']).toHaveLength(1)
  expect(questions).toEqual(Array(2).fill('Remove 2 services from dataspace default (namespace default)?'))
})

it('that nothing keeps says so instead of claiming it was done', async () => {
  const lost = { ...world(), store: { clear: async () => ({ durable: 'memory' as const }) }, left: 1 }
  const { exit, stdout, stderr } = await run(['clear', '--yes'], lost)
  expect({ exit, stdout }).toEqual({ exit: 5, stdout: '' })
  expect(stderr).toContain('NOT saved')
})
