import { setupStore } from '@mcpstore/core'

// Opens a store with the options of its argument and does what it is told: { id, agent?, method, args } is answered with
// { id, value | error, turns }. It ends with the process that started it.
const store = await setupStore(JSON.parse(process.argv[2]))
const context = store.forStore()

process.on('message', async ({ id, agent, method, args }) => {
  const counter = { turns: 0 }
  const timer = setInterval(() => counter.turns++, 1)
  const answer = await perform(agent, method, args)
  clearInterval(timer)
  process.send({ id, ...answer, ...counter })
})
process.on('disconnect', () => process.exit())
process.send('ready')

async function perform(agent, method, args) {
  try {
    const services = agent === undefined ? context : store.forAgent(agent)
    const target = method in store ? store : services
    const value = await target[method](...args)
    return { value: Array.isArray(value) ? { ...value, list: [...value] } : value }
  } catch ({ code, message, hint }) {
    return { error: { code, message, hint } }
  }
}
