// Two agent hosts and a shell share the services of one Redis, lose it, and go on. Checks each step; leaves nothing behind.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, missingRedis, startRedis } from './redis.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mcpstore-shared-'))
const starts = join(folder, 'starts')
const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text)

class StepFailed extends Error {}

/** What is ended at the end, whatever happens. */
const cleanups = []
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await cleanUp()
    process.kill(process.pid, signal)
  })
}

try {
  await main()
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  console.error(`\n${paint('31', error.message)}`)
  process.exitCode = 1
} finally {
  await cleanUp()
}

async function main() {
  const missing = missingRedis()
  if (missing) throw new StepFailed(missing)
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  let stopRedis = await startRedis(port, folder)
  cleanups.push(() => stopRedis())

  say('1. Two agent hosts, as if on two machines, name the same Redis. Host A adds a service.')
  const [a, b] = [await startHost('A', url), await startHost('B', url)]
  const weather = { command: process.execPath, args: [here('weather-server.mjs'), starts] }
  check('A adds weather', await a.ask('add', { mcpServers: { weather } }), {
    status: 'added',
    durable: 'redis',
  })
  check('A asks its server for the tools', (await a.ask('tools', 'weather')).names, ['weather/get_weather'])
  check('servers that were started so far', startsSoFar(), 1)

  say('2. Host B has it too, and lists its tools without starting anything.')
  check('B sees', await b.ask('sees', 'weather'), 'weather')
  check('B knows of tools', await b.ask('seesTools', 'weather'), 1)
  check('B lists', await b.ask('tools', 'weather'), { names: ['weather/get_weather'], source: 'cache' })
  check('servers that were started so far', startsSoFar(), 1)

  say('3. A shell on the machine of A, whose user added the service, calls the tool.')
  const shell = (...args) => mcpstore(args, { url, home: a.home })
  check('the shell prints', await shell('use-tool', 'weather/get_weather', 'city=Oslo'), 'Sunny in Oslo')

  say('4. On the machine of B nobody has approved the command that A added, so it is not started there.')
  const refused = await b.ask('use', 'weather/get_weather', { city: 'Lima' }).catch((error) => error.message)
  check('B is told', refused.split(':')[0], 'untrusted')
  check('servers that were started so far', startsSoFar(), 2)

  say('5. Redis is killed. All three go on.')
  await stopRedis()
  stopRedis = async () => {}
  for (const host of [a, b]) check(`${host.name} notices`, await host.ask('reached', 'down'), 'down')
  check('B still lists', (await b.ask('tools', 'weather')).names, ['weather/get_weather'])
  check('A still calls', await a.ask('use', 'weather/get_weather', { city: 'Rome' }), 'Sunny in Rome')
  const notes = { url: 'https://notes.example.com/mcp' }
  check('A adds notes, kept on its machine', await a.ask('add', { notes }), {
    status: 'added',
    durable: 'local',
  })
  check(
    'B adds docs, kept on its machine',
    await b.ask('add', { docs: { url: 'https://docs.example.com/mcp' } }),
    {
      status: 'added',
      durable: 'local',
    },
  )
  check('the shell still calls', await shell('use-tool', 'weather/get_weather', 'city=Kyiv'), 'Sunny in Kyiv')

  say('6. Redis comes back, with nothing in it. Nothing is lost: the hosts put back what they know.')
  stopRedis = await startRedis(port, folder)
  for (const host of [a, b]) check(`${host.name} is back`, await host.ask('reached', 'up'), 'up')
  await Promise.all([a.ask('sees', 'docs'), b.ask('sees', 'notes')])
  for (const host of [a, b])
    check(`${host.name} has`, await host.ask('services'), ['docs', 'notes', 'weather'])
  check('B lists', (await b.ask('tools', 'weather')).names, ['weather/get_weather'])
  const listed = JSON.parse(await mcpstore(['list', '--json'], { url, home: join(folder, 'C') }))
  check(
    'a shell on a third machine, which has never been here, lists',
    listed.services.map(({ name }) => name),
    ['docs', 'notes', 'weather'],
  )
  console.log(paint('32', '\n✔ Two hosts and a shell, one dataspace; Redis was lost, and nothing else.'))
}

/** An agent host in a process of its own, with a home of its own. */
async function startHost(name, url) {
  const home = join(folder, name)
  const child = fork(here('agent-host.mjs'), [url, home], { stdio: 'inherit' })
  const gone = once(child, 'exit')
  cleanups.unshift(async () => {
    if (child.connected) child.disconnect()
    await gone
  })
  const waiting = new Map()
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id) ?? {}
    waiting.delete(id)
    if (error === undefined) resolve?.(result)
    else reject?.(new StepFailed(error))
  })
  let asked = 0
  const ask = (what, ...args) =>
    new Promise((resolve, reject) => {
      waiting.set(++asked, { resolve, reject })
      child.send({ id: asked, ask: what, args })
    })
  await Promise.race([
    once(child, 'message'),
    gone.then(([code]) => Promise.reject(new StepFailed(`host ${name} ended with exit code ${code}.`))),
  ])
  return { name, home, ask }
}

/** Runs the program as a user would, and returns what it printed. */
async function mcpstore(args, { url, home }) {
  console.log(paint('2', `$ mcpstore ${args.join(' ')}`))
  const place = ['--redis', url, '--namespace', 'example', '--dataspace', 'team', '--home', home]
  const child = spawn(process.execPath, [here('../../apps/cli/dist/main.js'), ...args, ...place], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'])
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new StepFailed(`mcpstore ${args[0]} ended with exit code ${code}.\n${output.stderr}`)
  return output.stdout.trim()
}

function startsSoFar() {
  return existsSync(starts) ? readFileSync(starts, 'utf8').trim().split('\n').length : 0
}

function say(text) {
  console.log(`\n${paint('1', text)}`)
}

/** Says what was found, and fails when it is something else. */
function check(what, found, expected) {
  console.log(`   ${what}: ${JSON.stringify(found)}`)
  if (JSON.stringify(found) === JSON.stringify(expected)) return
  throw new StepFailed(`${what}: this should have been ${JSON.stringify(expected)}.`)
}

async function cleanUp() {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  rmSync(folder, { recursive: true, force: true })
}
