// What befalls a Redis, how it ends, and what it says meanwhile to who asks.

/** A port that nobody listens on. */
const NOBODY = '1'

export const faults = [
  {
    name: 'kill',
    short: 'is killed',
    title: 'Redis is killed (kill -9), and started again with its data',
    begin: (redis) => redis.kill(),
    end: (redis) => redis.startAgain(),
    question: ['PING'],
    answer: /ECONNREFUSED/,
  },
  {
    name: 'stop',
    short: 'hangs',
    title: 'Redis hangs (SIGSTOP), and goes on (SIGCONT)',
    begin: (redis) => redis.pause(),
    end: (redis) => redis.resume(),
    question: ['PING'],
    answer: /timed out/,
  },
  {
    name: 'oom',
    short: 'is full',
    title: 'Redis is out of memory (maxmemory, noeviction), and has some again',
    begin: (redis) => redis.ask('CONFIG', 'SET', 'maxmemory', '1'),
    end: (redis) => redis.ask('CONFIG', 'SET', 'maxmemory', '0'),
    question: ['SET', 'probe', '1'],
    answer: /^OOM/,
  },
  {
    name: 'readonly',
    short: 'is read-only',
    title: 'Redis becomes a read-only replica of nobody, and a master again',
    begin: (redis) => redis.ask('REPLICAOF', '127.0.0.1', NOBODY),
    end: (redis) => redis.ask('REPLICAOF', 'NO', 'ONE'),
    question: ['SET', 'probe', '1'],
    answer: /^READONLY/,
  },
]

/** What Redis says to who asks. @throws unless the fault is there */
export async function proofOf({ name, question, answer }, redis) {
  const said = await redis.ask(...question).then(
    (reply) => `answered ${reply}`,
    (error) => error.message,
  )
  if (!answer.test(said)) throw new Error(`${name} did not happen: ${question.join(' ')} ${said}`)
  return said
}

/** @throws unless all is well with it again */
export async function proofOfEnd({ name }, redis) {
  const said = await redis.ask('SET', 'probe', '1')
  if (said !== 'OK') throw new Error(`${name} did not end: it said ${said}`)
}
