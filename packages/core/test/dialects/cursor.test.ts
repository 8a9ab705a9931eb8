import { expect, it } from 'vitest'
import { cursor } from '../../src/config/dialects/cursor.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Cursor: its file is read', async () => {
  expect(await readFixture(cursor, 'cursor.json')).toMatchInlineSnapshot(`
    {
      "refused": {
        "odd": "service "odd": args[0] holds the placeholder \${command:pick}, which mcpstore does not know",
        "signed": "service "signed": "auth" is known, but not supported yet",
      },
      "used": {
        "files": {
          "args": [
            "\${HOME}/notes",
            "project",
          ],
          "command": "/project/bin/serve",
          "cwd": "/project",
          "env": {
            "TOKEN": "\${FILES_TOKEN}",
          },
          "envFile": "/project/.env",
          "type": "stdio",
        },
        "weather": {
          "headers": {
            "Authorization": "Bearer \${WEATHER_TOKEN}",
          },
          "type": "http",
          "url": "https://example.com/mcp",
        },
      },
    }
  `)
})

it('Cursor: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(cursor)).toMatchInlineSnapshot(`
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
              "OTHER": "\${env:REAL}",
              "TOKEN": "\${env:TOKEN}",
            },
          },
          "filled": {
            "args": [
              "-c",
              "cd "$0" && exec "$@"",
              "/project",
              "\${env:TOOLS}/serve",
              "{env:X}",
            ],
            "command": "/bin/sh",
            "envFile": "/project/.env",
          },
          "old": {
            "url": "https://example.com/sse",
          },
          "sealed": {
            "headers": {
              "X-Plain": "1",
            },
            "url": "https://example.com/mcp",
          },
          "weather": {
            "headers": {
              "Authorization": "Bearer \${env:WEATHER_TOKEN}",
              "X-Key": "\${env:KEY}",
              "X-Plain": "1",
            },
            "url": "https://example.com/mcp",
          },
        },
      },
      "left": {
        "off": "it is disabled, and Cursor would start it",
      },
      "unsaid": {
        "files": [
          "/bin/sh starts it in its cwd: Cursor has no such field",
          "env.OTHER: the default of \${REAL} is left out: Cursor knows no defaults",
        ],
        "filled": [
          "description is left out: Cursor has no such field",
          "protocol is left out: Cursor has no such field",
          "/bin/sh starts it in its cwd: Cursor has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('Cursor: what was written is read again', async () => {
  expect(await readAgain(cursor)).toMatchInlineSnapshot(`
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
          "OTHER": "\${REAL}",
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
        "envFile": "/project/.env",
        "type": "stdio",
      },
      "old": {
        "type": "http",
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

it('Cursor: where its own files are on each system', () => {
  expect(userFiles(cursor)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.cursor/mcp.json",
      ],
      "mac": [
        "/Users/alice/.cursor/mcp.json",
      ],
      "windows": [
        "C:\\Users\\alice\\.cursor\\mcp.json",
      ],
    }
  `)
})

it('Cursor: a file of the user speaks of no folder', async () => {
  const { refused } = await readFixture(cursor, 'cursor.json', { own: true })
  expect(refused['files']).toContain(
    'command holds the placeholder ${workspaceFolder}, which mcpstore does not know',
  )
})
