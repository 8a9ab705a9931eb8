import { expect, test } from 'vitest'
import { readOptions } from '../options.mjs'
import { allQuestions, belongsTo, named } from '../questions.mjs'

test('names are positionals, or follow --only, with commas or without', () => {
  expect(readOptions(['list', '--only', 'help,grep', '--only=add']).names).toEqual([
    'list',
    'help',
    'grep',
    'add',
  ])
  expect(readOptions([])).toEqual({ names: [], scope: 'normal', peers: false, help: false })
})

test('a run is quick, normal or full, and not two of these', () => {
  expect(readOptions(['--quick']).scope).toBe('quick')
  expect(readOptions(['--full', '--peers'])).toMatchObject({ scope: 'full', peers: true })
  expect(() => readOptions(['--quick', '--full'])).toThrow('exclude each other')
  expect(() => readOptions(['--slow'])).toThrow('--slow')
})

test('of an option that there is not only a puzzle of Node was shown', () => {
  for (const args of [['--frob'], ['list', '--frob=1']])
    expect(() => readOptions(args)).toThrow('there is no option --frob; see npm run bench -- --help')
  expect(() => readOptions(['-x'])).toThrow('there is no option -x;')
})

test('a question is asked in its own scope and the larger ones', () => {
  const asked = ['quick', 'normal', 'full'].map((scope) => belongsTo(scope, 'normal'))
  expect(asked).toEqual([false, true, true])
  expect(belongsTo('quick', undefined)).toBe(true)
})

test('a name is that of a question or of a topic', () => {
  const questions = allQuestions()
  expect(named(questions, ['reading', 'help']).map(({ name }) => name)).toEqual(['help', 'reading'])
  expect(named(questions, ['redis']).every(({ topic }) => topic === 'redis')).toBe(true)
  expect(() => named(questions, ['lisst'])).toThrow(
    /no question is named lisst; there are[\s\S]*command-line: .*help/,
  )
})

test('no two questions have one name, and none that of a topic', () => {
  const questions = allQuestions()
  const taken = [...questions.map(({ name }) => name), ...new Set(questions.map(({ topic }) => topic))]
  expect(new Set(taken).size).toBe(taken.length)
})

test('every question says what it asks and what it is compared with', async () => {
  for (const { name, url } of allQuestions()) {
    const asked = await import(url)
    expect(asked.run, name).toBeTypeOf('function')
    expect([undefined, 'normal', 'full'], name).toContain(asked.scope)
    for (const { question, comparedWith } of asked.questions ?? [asked]) {
      expect(question, name).toBeTypeOf('string')
      const sides = Object.entries(comparedWith)
      expect(sides.length, name).toBeGreaterThan(0)
      for (const [side, comparison] of sides) {
        expect(side, name).not.toBe('ours')
        expect(comparison.name, name).toBeTypeOf('string')
        if (comparison.target) expect(comparison.target.isMet, name).toBeTypeOf('function')
      }
    }
  }
})
