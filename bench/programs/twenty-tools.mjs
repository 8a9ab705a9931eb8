import { createInterface } from 'node:readline'
import { answerTo } from './twenty-answers.mjs'

// An MCP server on stdio without any SDK: twenty tools that answer `ok`.
createInterface({ input: process.stdin }).on('line', (line) => {
  const answer = answerTo(line)
  if (answer !== undefined) process.stdout.write(`${answer}\n`)
})
