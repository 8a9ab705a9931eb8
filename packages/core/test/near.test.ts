import { describe, expect, it } from 'vitest'
import { nearest } from '../src/near.ts'

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

  it('gives at most as many as asked for', () => {
    expect(nearest('tool', ['tool1', 'tool2', 'tool3', 'tool4'])).toEqual(['tool1', 'tool2', 'tool3'])
    expect(nearest('tool', new Set(['tool1', 'tool2']), 1)).toEqual(['tool1'])
  })
})
