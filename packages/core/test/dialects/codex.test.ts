import { expect, it } from 'vitest'
import { codex } from '../../src/config/dialects/codex.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Codex: its file is read', async () => {
  expect(await readFixture(codex, 'codex.toml')).toMatchInlineSnapshot(`
    {
      "refused": {
        "far": "service "far": env_vars must be a list of names of variables of this machine",
        "less": "service "less": "disabled_tools" is known, but not supported yet",
      },
      "used": {
        "files": {
          "args": [
            "-y",
            "files-server",
          ],
          "command": "npx",
          "cwd": "/srv",
          "disabled": true,
          "env": {
            "FILES_TOKEN": "\${FILES_TOKEN}",
            "LANG": "\${LANG}",
            "LEVEL": "debug",
          },
          "type": "stdio",
        },
        "weather": {
          "headers": {
            "Authorization": "Bearer \${WEATHER_TOKEN}",
            "X-Key": "\${WEATHER_KEY}",
            "X-Plain": "1",
          },
          "type": "http",
          "url": "https://example.com/mcp",
        },
      },
    }
  `)
})

it('Codex: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(codex)).toMatchInlineSnapshot(`
    {
      "document": {
        "mcp_servers": {
          "files": {
            "args": [
              "-y",
              "files-server",
              "$HOME",
            ],
            "command": "npx",
            "cwd": "/project",
            "env": {
              "LEVEL": "debug",
            },
            "env_vars": [
              "TOKEN",
            ],
          },
          "off": {
            "command": "serve",
            "cwd": "/project",
            "enabled": false,
          },
          "sealed": {
            "http_headers": {
              "X-Plain": "1",
            },
            "url": "https://example.com/mcp",
          },
          "weather": {
            "bearer_token_env_var": "WEATHER_TOKEN",
            "env_http_headers": {
              "X-Key": "KEY",
            },
            "http_headers": {
              "X-Plain": "1",
            },
            "url": "https://example.com/mcp",
          },
        },
      },
      "left": {
        "filled": "command needs \${TOOLS}, and Codex fills in no variables there",
        "old": "Codex speaks no SSE",
      },
      "unsaid": {
        "files": [
          "env.OTHER is left out: it needs \${REAL}, and Codex fills in no variables there",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('Codex: of a variable with a default only the default was to be left out, and an empty table stayed', () => {
  const url = 'https://example.com/mcp'
  const remote = { Authorization: 'Bearer ${TOK:-x}', 'X-Key': '${KEY:-y}' }
  expect(codex.write({ type: 'http', url, headers: remote })).toEqual({
    entry: { url, bearer_token_env_var: 'TOK', env_http_headers: { 'X-Key': 'KEY' } },
    unsaid: [
      'headers.Authorization: the default of ${TOK} is left out: Codex knows no defaults',
      'headers.X-Key: the default of ${KEY} is left out: Codex knows no defaults',
    ],
  })
  expect(codex.write({ type: 'stdio', command: 'x', env: { A: '${A:-z}', B: '${OTHER}' } })).toEqual({
    entry: { command: 'x', env_vars: ['A'] },
    unsaid: [
      'env.A: the default of ${A} is left out: Codex knows no defaults',
      'env.B is left out: it needs ${OTHER}, and Codex fills in no variables there',
    ],
  })
})

it('Codex: what was written is read again', async () => {
  expect(await readAgain(codex)).toMatchInlineSnapshot(`
    {
      "files": {
        "args": [
          "-y",
          "files-server",
          "$HOME",
        ],
        "command": "npx",
        "cwd": "/project",
        "env": {
          "LEVEL": "debug",
          "TOKEN": "\${TOKEN}",
        },
        "type": "stdio",
      },
      "off": {
        "command": "serve",
        "cwd": "/project",
        "disabled": true,
        "type": "stdio",
      },
      "sealed": {
        "headers": {
          "X-Plain": "1",
        },
        "type": "http",
        "url": "https://example.com/mcp",
      },
      "weather": {
        "headers": {
          "Authorization": "Bearer \${WEATHER_TOKEN}",
          "X-Key": "\${KEY}",
          "X-Plain": "1",
        },
        "type": "http",
        "url": "https://example.com/mcp",
      },
    }
  `)
})

it('Codex: where its own files are on each system', () => {
  expect(userFiles(codex)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.codex/config.toml",
      ],
      "mac": [
        "/Users/alice/.codex/config.toml",
      ],
      "windows": [
        "C:\\Users\\alice\\.codex\\config.toml",
      ],
    }
  `)
})

it('Codex: another folder for its settings', () => {
  const machine = { platform: 'linux', env: { CODEX_HOME: '/etc/codex' }, home: '/home/alice' } as const
  expect(codex.userFiles(machine)).toEqual(['/etc/codex/config.toml'])
})

it.each([
  ['env_vars = "TOKEN"', 'env_vars must be a list of names of variables of this machine'],
  ['http_headers = 5', 'http_headers must be a table, not a number'],
  ['env_http_headers = { A = 5 }', 'env_http_headers.A must be the name of a variable, not a number'],
  ['bearer_token = "never-shown"', 'unknown field "bearer_token"'],
])('Codex: %s is named', async (line, message) => {
  const { parseServices } = await import('../../src/config/parse.ts')
  const text = `[mcp_servers.s]\nurl = "https://example.com/mcp"\n${line}\n`
  const { failures } = await parseServices(text, { cwd: '/', format: 'toml' })
  expect(failures[0]?.error.message).toContain(message)
  expect(JSON.stringify(failures)).not.toContain('never-shown')
})

it('Codex: broken TOML names line and column, and shows nothing of the line', async () => {
  const { parseServices } = await import('../../src/config/parse.ts')
  const text = 'model = "x"\nkey = never-shown\n'
  const broken = parseServices(text, { cwd: '/', format: 'toml', source: '/config.toml' })
  await expect(broken).rejects.toThrow(/^\/config\.toml is not valid TOML: line 2, column \d+: [^\n]+$/)
  await expect(broken).rejects.not.toThrow('never-shown')
})
