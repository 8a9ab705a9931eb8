import { describe, expect, it } from 'vitest'
import { isSlip, nearest } from '../src/near.ts'

describe('nearest', () => {
  it.each<[string, string[], string[]]>([
    ['comand', ['args', 'command', 'env'], ['command']],
    ['agrs', ['args', 'env'], ['args']],
    ['GITHUB', ['github', 'gitlab'], ['github', 'gitlab']],
    ['weather', ['get_current_weather', 'list', 'wether'], ['wether', 'get_current_weather']],
    ['天气', ['天气服务', '地图'], ['天气服务']],
    ['x', ['y', 'xy'], ['xy']],
    ['zzz', ['args', 'env'], []],
    ['everything/ech', ['everything/get-env', 'everything/echo', 'everything/get-sum'], ['everything/echo']],
    ['', ['a', ''], []],
    ['x'.repeat(5000), ['x'.repeat(4999)], []],
  ])('of %s among %j is %j', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toEqual(expected)
  })

  it('two letters that stand in a longer word by chance were taken for it', () => {
    expect(nearest('broken', ['ok'])).toEqual([])
    expect(nearest('ok', ['broken', 'is-ok', 'okay'])).toEqual(['is-ok', 'okay'])
  })

  it('takes two letters for a part by chance, but not two characters of another script', () => {
    expect(nearest('ok', ['broken'])).toEqual([])
    expect(nearest('天气', ['东京天气'])).toEqual(['东京天气'])
  })

  it('gives at most as many as asked for', () => {
    expect(nearest('tool', ['tool1', 'tool2', 'tool3', 'tool4'])).toEqual(['tool1', 'tool2', 'tool3'])
    expect(nearest('tool', new Set(['tool1', 'tool2']), 1)).toEqual(['tool1'])
  })
})

it.each<[string, string, boolean]>([
  ['wether', 'weather', true],
  ['weathers', 'weather', true],
  ['Weather', 'weather', true],
  ['weather', 'weather', false],
  ['git_hub', 'git-hub', true],
  ['my_docs', 'docs', false],
  ['weather', 'weather-eu', false],
  ['get_current_weather', 'weather', false],
  ['', 'a', false],
  ['nothing', 'weather', false],
])('whether %s is a slip of %s: %j', (word, name, expected) => {
  expect(isSlip(word, name)).toBe(expected)
})
