import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { sampleCalls } from '../outage/sample-calls.mjs'

// A process that goes through an outage: node outage-side.mjs MODULE OPTIONS. It begins when its parent says so, tells each
// call that is over, and ends when its parent lets go, or when its system lets it die.
/** For how long a system is waited for that does not close, in ms. */
const PATIENCE_MS = 3000
const [module, options] = process.argv.slice(2)
const { open } = await import(module)

const { operations, close } = await open(JSON.parse(options))
process.once('disconnect', async () => {
  await Promise.race([close(), setTimeout(PATIENCE_MS)])
  process.exit()
})
process.send({ ready: Object.keys(operations) })
const [{ from, until, boundMs }] = await once(process, 'message')
await sampleCalls(operations, { from, until, boundMs, tell: (sample) => process.send({ sample }) })
process.send({ over: true })
