import { expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { documentOf, type Foreign, mcpstore, type Outcome } from '../support/mcpstore.ts'
import { configsIn, integrityOf } from '../support/records.ts'

const PROCESSES = 16
const numbers = Array.from({ length: PROCESSES }, (_, index) => index)

const address = (number: number): string => `https://example.com/${number}`

function addAtOnce(box: Box, nameOf: (number: number) => string): Promise<Outcome[]> {
  return Promise.all(
    numbers.map((number) => mcpstore(box, ['add', nameOf(number), address(number), '--json'])),
  )
}

it('16 processes that add different services at once, to a file that none of them has made yet', async () => {
  await using box = new Box()
  const outcomes = await addAtOnce(box, (number) => `service-${number}`)
  expect(outcomes.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(
    numbers.map(() => ({ exit: 0, stderr: '' })),
  )
  for (const outcome of outcomes) {
    expect(documentOf(outcome)).toMatchObject({ results: [{ status: 'added' }], durable: 'local' })
  }
  const { services } = documentOf(await mcpstore(box, ['list', '--json']))
  expect(services.map(({ name }: Foreign) => name).sort()).toEqual(
    numbers.map((number) => `service-${number}`).sort(),
  )
  expect(configsIn(box).map(({ json }) => JSON.parse(json!).url)).toEqual(
    expect.arrayContaining(numbers.map(address)),
  )
  expect(integrityOf(box)).toBe('ok')
})

it('16 processes that add the same service at once: one of them is what stays, and who lost to it is told', async () => {
  await using box = new Box()
  await mcpstore(box, ['add', 'other', 'https://example.com/other'])
  const outcomes = await addAtOnce(box, () => 'same')
  const done = numbers.filter((number) => outcomes[number]!.exit === 0)
  for (const outcome of outcomes) {
    const { durable, results } = documentOf(outcome)
    expect([outcome.exit, durable]).toEqual(outcome.exit === 0 ? [0, 'local'] : [1, undefined])
    if (outcome.exit !== 0) expect(results[0].error.code).toBe('conflict')
  }
  const [other, same, ...more] = configsIn(box)
  expect(more).toEqual([])
  expect(JSON.parse(other!.json!).url).toBe('https://example.com/other')
  expect(done.map(address)).toContain(JSON.parse(same!.json!).url)
})

it('16 processes that add the same service at once if it is absent: exactly one does', async () => {
  await using box = new Box()
  const outcomes = await Promise.all(
    numbers.map((number) => mcpstore(box, ['add', 'same', address(number), '--if-absent', '--json'])),
  )
  const winners = outcomes.filter(({ exit }) => exit === 0)
  expect(winners).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome === winners[0]) continue
    expect(outcome.exit).toBe(1)
    expect(documentOf(outcome).results[0].error.code).toBe('already_exists')
  }
  const [kept] = configsIn(box)
  expect(JSON.parse(kept!.json!).url).toBe(address(outcomes.indexOf(winners[0]!)))
})
