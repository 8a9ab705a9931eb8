/**
 * Does what the process that started this one says: { id, agent?, method, args } is answered with { id, value | error, turns }.
 * It ends with that process. `onError` is shown each error as it was thrown.
 */
export function obey(store, { onError = () => {} } = {}) {
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
    } catch (error) {
      onError(error)
      const { code, message, hint } = error
      return { error: { code, message, hint } }
    }
  }
}
