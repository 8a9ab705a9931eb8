import { startProxy } from './proxy.mjs'

/** Runs it with proxies before the server, each of which tells what an operation sends through it. */
export async function withProxies(redis, names, question) {
  const proxies = await Promise.all(names.map(() => startProxy(redis.port)))
  try {
    return await question(Object.fromEntries(names.map((name, at) => [name, counter(proxies[at])])))
  } finally {
    for (const proxy of proxies) await proxy.refuse()
  }
}

function counter(proxy) {
  const now = () => ({ requests: proxy.requests, bytes: proxy.sent + proxy.bytes })
  return {
    port: proxy.port,
    /** The requests, and the bytes both ways, of what happens until it has ended. */
    async during(operate) {
      const before = now()
      await operate()
      const after = now()
      return { requests: after.requests - before.requests, bytes: after.bytes - before.bytes }
    },
  }
}

/** What a server tells of itself, in bytes and ms. */
export async function tellingOf(client) {
  const text = await client.info()
  const figure = (name) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(text)[1])
  return {
    memory: figure('used_memory'),
    cpu: (figure('used_cpu_user') + figure('used_cpu_sys')) * 1000,
  }
}

/** The CPU time that the server takes for each of so many operations one after the other, in ms. */
export async function cpuOfEach(client, times, operate) {
  const before = await tellingOf(client)
  for (let done = 0; done < times; done++) await operate()
  return ((await tellingOf(client)).cpu - before.cpu) / times
}
