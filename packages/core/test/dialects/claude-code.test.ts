import { expect, it } from 'vitest'
import { claudeCode } from '../../src/config/dialects/claude-code.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Claude Code: its file is read', async () => {
  expect(await readFixture(claudeCode, 'claude-code.json')).toMatchInlineSnapshot(`
    {
      "refused": {
        "helped": "service "helped": "headersHelper" is known, but not supported yet",
        "live": "service "live": type is "ws", no known transport; url must be an http:// or https:// address",
      },
      "used": {
        "files": {
          "args": [
            "-y",
            "@modelcontextprotocol/server-filesystem",
            "/srv",
          ],
          "command": "npx",
          "cwd": "/project",
          "type": "stdio",
        },
        "weather": {
          "headers": {
            "Authorization": "Bearer \${WEATHER_TOKEN}",
          },
          "type": "http",
          "url": "\${WEATHER_URL:-https://example.com}/mcp",
        },
      },
    }
  `)
})

it('Claude Code: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(claudeCode)).toMatchInlineSnapshot(`
    {
      "document": {
        "mcpServers": {
          "files": {
            "args": [
              "-c",
              "cd "$0" && exec "$@"",
              "/project",
              "npx",
              "-y",
              "files-server",
              "$HOME",
            ],
            "command": "/bin/sh",
            "env": {
              "LEVEL": "debug",
              "OTHER": "\${REAL:-none}",
              "TOKEN": "\${TOKEN}",
            },
            "type": "stdio",
          },
          "filled": {
            "args": [
              "-c",
              "cd "$0" && exec "$@"",
              "/project",
              "\${TOOLS}/serve",
              "{env:X}",
            ],
            "command": "/bin/sh",
            "type": "stdio",
          },
          "old": {
            "type": "sse",
            "url": "https://example.com/sse",
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
        },
      },
      "left": {
        "off": "it is disabled, and Claude Code would start it",
      },
      "unsaid": {
        "files": [
          "/bin/sh starts it in its cwd: Claude Code has no such field",
        ],
        "filled": [
          "envFile is left out: Claude Code has no such field",
          "description is left out: Claude Code has no such field",
          "protocol is left out: Claude Code has no such field",
          "/bin/sh starts it in its cwd: Claude Code has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('Claude Code: what was written is read again', async () => {
  expect(await readAgain(claudeCode)).toMatchInlineSnapshot(`
    {
      "files": {
        "args": [
          "-c",
          "cd "$0" && exec "$@"",
          "/project",
          "npx",
          "-y",
          "files-server",
          "$HOME",
        ],
        "command": "/bin/sh",
        "cwd": "/project",
        "env": {
          "LEVEL": "debug",
          "OTHER": "\${REAL:-none}",
          "TOKEN": "\${TOKEN}",
        },
        "type": "stdio",
      },
      "filled": {
        "args": [
          "-c",
          "cd "$0" && exec "$@"",
          "/project",
          "\${TOOLS}/serve",
          "{env:X}",
        ],
        "command": "/bin/sh",
        "cwd": "/project",
        "type": "stdio",
      },
      "old": {
        "type": "sse",
        "url": "https://example.com/sse",
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

it('Claude Code: where its own files are on each system', () => {
  expect(userFiles(claudeCode)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.claude.json",
      ],
      "mac": [
        "/Users/alice/.claude.json",
      ],
      "windows": [
        "C:\\Users\\alice\\.claude.json",
      ],
    }
  `)
})

it('Claude Code: of what it keeps about folders, that of the folder asked for is read', async () => {
  const { used } = await readFixture(claudeCode, 'claude-code.json', { inside: ['projects', '/project'] })
  expect(used).toEqual({
    notes: { type: 'stdio', command: 'notes-server', args: ['--here'], cwd: '/project' },
  })
})

it('Claude Code: another folder for its settings', () => {
  const machine = {
    platform: 'linux',
    env: { CLAUDE_CONFIG_DIR: '/etc/claude' },
    home: '/home/alice',
  } as const
  expect(claudeCode.userFiles(machine)).toEqual(['/etc/claude/.claude.json'])
})
