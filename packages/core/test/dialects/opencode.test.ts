import { expect, it } from 'vitest'
import { opencode } from '../../src/config/dialects/opencode.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('OpenCode: its file is read', async () => {
  expect(await readFixture(opencode, 'opencode.json')).toMatchInlineSnapshot(`
    {
      "refused": {
        "keyed": "service "keyed": holds {file:…}, and what stands in files is not filled in",
      },
      "used": {
        "files": {
          "args": [
            "-y",
            "files-server",
          ],
          "command": "npx",
          "cwd": "/project",
          "disabled": true,
          "env": {
            "TOKEN": "\${FILES_TOKEN}",
          },
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

it('OpenCode: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(opencode)).toMatchInlineSnapshot(`
    {
      "document": {
        "$schema": "https://opencode.ai/config.json",
        "mcp": {
          "files": {
            "command": [
              "/bin/sh",
              "-c",
              "cd "$0" && exec "$@"",
              "/project",
              "npx",
              "-y",
              "files-server",
              "$HOME",
            ],
            "environment": {
              "LEVEL": "debug",
              "OTHER": "{env:REAL}",
              "TOKEN": "{env:TOKEN}",
            },
            "type": "local",
          },
          "off": {
            "command": [
              "serve",
            ],
            "enabled": false,
            "type": "local",
          },
          "old": {
            "type": "remote",
            "url": "https://example.com/sse",
          },
          "sealed": {
            "headers": {
              "X-Plain": "1",
            },
            "type": "remote",
            "url": "https://example.com/mcp",
          },
          "weather": {
            "headers": {
              "Authorization": "Bearer {env:WEATHER_TOKEN}",
              "X-Key": "{env:KEY}",
              "X-Plain": "1",
            },
            "type": "remote",
            "url": "https://example.com/mcp",
          },
        },
      },
      "left": {
        "filled": "args[0] holds a text that OpenCode would take for a placeholder",
      },
      "unsaid": {
        "files": [
          "/bin/sh starts it in its cwd: OpenCode has no such field",
          "env.OTHER: the default of \${REAL} is left out: OpenCode knows no defaults",
        ],
        "off": [
          "cwd is left out: OpenCode has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('OpenCode: what was written is read again', async () => {
  expect(await readAgain(opencode)).toMatchInlineSnapshot(`
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
      "off": {
        "command": "serve",
        "cwd": "/project",
        "disabled": true,
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

it('OpenCode: where its own files are on each system', () => {
  expect(userFiles(opencode)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.config/opencode/opencode.json",
        "/home/alice/.config/opencode/opencode.jsonc",
      ],
      "mac": [
        "/Users/alice/.config/opencode/opencode.json",
        "/Users/alice/.config/opencode/opencode.jsonc",
      ],
      "windows": [
        "C:\\Users\\alice\\.config\\opencode\\opencode.json",
        "C:\\Users\\alice\\.config\\opencode\\opencode.jsonc",
      ],
    }
  `)
})
