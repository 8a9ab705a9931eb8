import { writeSync } from 'node:fs'
import { setupStore } from '@mcpstore/core'

// Adds services as fast as it can, several at a time, and prints a line for each that the file has: name and number.
// One of them is changed again and again: node writer.mjs HOME PREFIX NAME_OF_THAT_ONE
const [home, prefix, counter] = process.argv.slice(2)
const PLENTY = 100_000
const store = await setupStore({ local: true, home, logger: false })
let number = 0
await Promise.all([write(() => counter), write(newName), write(newName), write(newName)])

async function write(nameOf) {
  while (number < PLENTY) {
    const mine = ++number
    const name = nameOf(mine)
    const url = `https://example.com/${prefix}/${mine}`
    const { durable } = await store.forStore().addService({ name, url })
    if (durable === 'local') writeSync(1, `${name} ${mine}\n`)
  }
}

function newName(mine) {
  return `${prefix}-${mine}`
}
