import { reading, readingQuestions } from '../../reading.mjs'

export const questions = readingQuestions('in a local file', 2.2)

export function run(sandbox) {
  return reading(sandbox)
}
