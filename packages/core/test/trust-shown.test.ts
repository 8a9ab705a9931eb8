import { describe, expect, test } from 'vitest'
import { mayInjectCode } from '../src/config/code-variables.ts'
import { configToApprove } from '../src/config/redaction/redact.ts'
import type { ServiceConfig } from '../src/config/service-config.ts'
import { later } from './connections-fixtures.ts'
import { seen, sharedPlace } from './strangers.ts'

const TOKEN = 'ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT'
const shown = (config: object) =>
  configToApprove({ type: 'stdio', command: 'node', ...config } as ServiceConfig)

describe('an approval hid what would be run', () => {
  test('the value of a variable that is no secret is shown', () => {
    const env = { MODE: 'fast', START: '--eval "evil()"', API_KEY: TOKEN, NOTE: `see ${TOKEN}` }
    expect(shown({ env })).toMatchObject({
      env: { MODE: 'fast', START: '--eval "evil()"', API_KEY: '***', NOTE: 'see ***' },
    })
  })

  test.each([
    ['NODE_OPTIONS', `--require=/tmp/${TOKEN}.cjs`],
    ['LD_PRELOAD', `/tmp/${TOKEN}.so`],
    ['DYLD_INSERT_LIBRARIES', TOKEN],
    ['PYTHONSTARTUP', TOKEN],
    ['npm_config_script_shell', TOKEN],
    ['GIT_SSH_COMMAND', TOKEN],
    ['PATH', `/tmp/${TOKEN}`],
    ['UV_INDEX_URL', `https://h.example/${TOKEN}`],
    ['GOFLAGS', TOKEN],
    ['HOME', TOKEN],
    ['HARMLESS', `() { :; }; ${TOKEN}`],
    ['NODE_OPTIONS', `\${X:---import=${TOKEN}}`],
  ])('%s is shown whatever it looks like', (name, value) => {
    expect(mayInjectCode(name, value)).toBe(true)
    expect(shown({ env: { [name]: value } })).toMatchObject({ env: { [name]: value } })
  })

  test.each(['/tmp/evil.sh', '$(curl|sh)', '`evil`', '~/evil', './evil', 'require(1)'])(
    'what goes by the name of a secret and could be a program is shown: %s',
    (value) => {
      const args = ['--token', value, '-c', `API_KEY=${value}`]
      const config = shown({ args, env: { API_KEY: value, B: `\${NONE:-${value}}` } })
      const text = JSON.stringify(config)
      expect(text.split(JSON.stringify(value).slice(1, -1)).length - 1).toBe(4)
    },
  )

  test('a plain token is not shown, wherever it stands', () => {
    const config = shown({
      args: ['--token', 'hunter2', `--key=${TOKEN}`, `https://bob:hunter2@h.example/?token=${TOKEN}`],
      env: { PASSWORD: 'hunter2', A_TOKEN: `Bearer ${TOKEN}`, C: `\${NONE:-${TOKEN}}` },
    })
    expect(JSON.stringify(config)).not.toMatch(new RegExp(`hunter2|${TOKEN}`))
    expect(shown({ env: { NPM_TOKEN: TOKEN } })).toMatchObject({ env: { NPM_TOKEN: '***' } })
    const headers = { Authorization: `Bearer ${TOKEN}`, 'X-Mode': 'fast', 'X-Key': '${KEY}' }
    expect(configToApprove({ type: 'http', url: 'https://h.example', headers })).toMatchObject({
      headers: { Authorization: '***', 'X-Mode': 'fast', 'X-Key': '${KEY}' },
    })
  })

  test('info and trust show it of a stranger, and listings of what is trusted do not', async () => {
    const place = sharedPlace()
    const reader = await place.reader()
    const stranger = await place.stranger()
    const env = { NODE_OPTIONS: '--require /tmp/evil.cjs', MODE: 'fast' }
    await stranger.plant('demo', { type: 'stdio', command: 'node', env })
    await seen(reader, 'demo')
    const services = reader.forStore()
    expect((await services.serviceInfo('demo')).config).toMatchObject({ env })
    const asked: ServiceConfig[] = []
    await services.trustService('demo', { confirm: ({ config }) => asked.push(config) > 0 })
    expect(asked).toMatchObject([{ env }])
    expect((await services.serviceInfo('demo')).config).toMatchObject({
      env: { NODE_OPTIONS: '***', MODE: '***' },
    })
    later(() => reader.close())
  })
})
