import { expect, it } from 'vitest'
import { windsurf } from '../../src/config/dialects/windsurf.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Windsurf: its file is read', async () => {
  expect(await readFixture(windsurf, 'windsurf.json')).toMatchInlineSnapshot(`
    {
      "refused": {
        "keyed": "service "keyed": headers.X-Key holds the placeholder \${file:/run/key}, which mcpstore does not know",
        "less": "service "less": "disabledTools" is known, but not supported yet",
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

it('Windsurf: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(windsurf)).toMatchInlineSnapshot(`
    {
      "document": {
        "mcpServers": {
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
              "OTHER": "\${env:REAL}",
              "TOKEN": "\${env:TOKEN}",
            },
          },
          "filled": {
            "args": [
              "{env:X}",
            ],
            "command": "\${env:TOOLS}/serve",
            "cwd": "/project",
          },
          "off": {
            "command": "serve",
            "cwd": "/project",
            "disabled": true,
          },
          "old": {
            "serverUrl": "https://example.com/sse",
          },
          "sealed": {
            "headers": {
              "X-Plain": "1",
            },
            "serverUrl": "https://example.com/mcp",
          },
          "weather": {
            "headers": {
              "Authorization": "Bearer \${env:WEATHER_TOKEN}",
              "X-Key": "\${env:KEY}",
              "X-Plain": "1",
            },
            "serverUrl": "https://example.com/mcp",
          },
        },
      },
      "left": {},
      "unsaid": {
        "files": [
          "env.OTHER: the default of \${REAL} is left out: Windsurf knows no defaults",
        ],
        "filled": [
          "envFile is left out: Windsurf has no such field",
          "description is left out: Windsurf has no such field",
          "protocol is left out: Windsurf has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('Windsurf: what was written is read again', async () => {
  expect(await readAgain(windsurf)).toMatchInlineSnapshot(`
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
          "OTHER": "\${REAL}",
          "TOKEN": "\${TOKEN}",
        },
        "type": "stdio",
      },
      "filled": {
        "args": [
          "{env:X}",
        ],
        "command": "\${TOOLS}/serve",
        "cwd": "/project",
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

it('Windsurf: where its own files are on each system', () => {
  expect(userFiles(windsurf)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.codeium/windsurf/mcp_config.json",
      ],
      "mac": [
        "/Users/alice/.codeium/windsurf/mcp_config.json",
      ],
      "windows": [
        "C:\\Users\\alice\\.codeium\\windsurf\\mcp_config.json",
      ],
    }
  `)
})
