import type { FoundConfig, FoundService } from '@mcpstore/core'

/** What was found and can be added. */
export interface Choice {
  config: FoundConfig
  service: FoundService & { input: { name: string } }
}

/** All that can be added, in the order in which it is numbered. */
export function choicesIn(found: readonly FoundConfig[]): Choice[] {
  return found.flatMap((config) =>
    config.services.flatMap((service) => {
      const { input } = service
      return input ? [{ config, service: { ...service, input } }] : []
    }),
  )
}

/** Of those of one name, which are not the same, only the first: nobody said which is meant. */
export function firstOfEach(choices: readonly Choice[]): Choice[] {
  const names = new Set<string>()
  return choices.filter(({ service: { name } }) => !names.has(name) && names.add(name))
}

/** The choices that an answer names: numbers, ranges, names, a client, `all`; or what is wrong with it. */
export function chosenBy(answer: string, choices: readonly Choice[]): Choice[] | string {
  const chosen = new Set<Choice>()
  for (const word of answer.split(/[\s,]+/).filter((one) => one !== '')) {
    const meant = meantBy(word, choices)
    if (meant.length === 0) return `"${word}" is no number, name or client of these`
    for (const choice of meant) chosen.add(choice)
  }
  const names = [...chosen].map(({ service }) => service.name)
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  return twice === undefined ? [...chosen] : `"${twice}" is chosen from two files: choose one by its number`
}

function meantBy(word: string, choices: readonly Choice[]): readonly Choice[] {
  const named = choices.filter(({ service }) => service.name === word)
  if (named.length > 0) return named
  if (word === 'all') return firstOfEach(choices)
  const [, from, to = from] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(word) ?? []
  if (from === undefined) return choices.filter(({ config }) => config.client === word)
  const [first, last] = [Number(from), Number(to)]
  return first >= 1 && last <= choices.length ? choices.slice(first - 1, last) : []
}
