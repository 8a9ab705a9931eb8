import { expect, it } from 'vitest'
import { zed } from '../../src/config/dialects/zed.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Zed: its file is read', async () => {
  expect(await readFixture(zed, 'zed.jsonc')).toMatchInlineSnapshot(`
    {
      "refused": {
        "postgres": "service "postgres": a Zed extension starts it, in a way that its settings do not tell",
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
            "LEVEL": "debug",
          },
          "type": "stdio",
        },
        "older": {
          "args": [
            "--old",
          ],
          "command": "serve",
          "cwd": "/project",
          "env": {
            "A": "1",
          },
          "type": "stdio",
        },
        "weather": {
          "headers": {
            "X-Key": "plain",
          },
          "type": "http",
          "url": "https://example.com/mcp",
        },
      },
    }
  `)
})

it('Zed: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(zed)).toMatchInlineSnapshot(`
    {
      "document": {
        "context_servers": {
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
            },
          },
          "off": {
            "command": "serve",
            "enabled": false,
          },
          "sealed": {
            "headers": {
              "X-Plain": "1",
            },
            "url": "https://example.com/mcp",
          },
          "weather": {
            "headers": {
              "X-Plain": "1",
            },
            "url": "https://example.com/mcp",
          },
        },
      },
      "left": {
        "filled": "command needs \${TOOLS}, and Zed fills in no variables there",
        "old": "Zed speaks no SSE",
      },
      "unsaid": {
        "files": [
          "/bin/sh starts it in its cwd: Zed has no such field",
          "env.TOKEN is left out: it needs \${TOKEN}, and Zed fills in no variables there",
          "env.OTHER is left out: it needs \${REAL}, and Zed fills in no variables there",
        ],
        "off": [
          "cwd is left out: Zed has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
        "weather": [
          "headers.Authorization is left out: it needs \${WEATHER_TOKEN}, and Zed fills in no variables there",
          "headers.X-Key is left out: it needs \${KEY}, and Zed fills in no variables there",
        ],
      },
    }
  `)
})

it('Zed: what was written is read again', async () => {
  expect(await readAgain(zed)).toMatchInlineSnapshot(`
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
          "X-Plain": "1",
        },
        "type": "http",
        "url": "https://example.com/mcp",
      },
    }
  `)
})

it('Zed: where its own files are on each system', () => {
  expect(userFiles(zed)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.config/zed/settings.json",
      ],
      "mac": [
        "/Users/alice/.config/zed/settings.json",
      ],
      "windows": [
        "C:\\Users\\alice\\AppData\\Roaming\\Zed\\settings.json",
      ],
    }
  `)
})
