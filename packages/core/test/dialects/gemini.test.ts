import { expect, it } from 'vitest'
import { gemini } from '../../src/config/dialects/gemini.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Gemini CLI: its file is read', async () => {
  expect(await readFixture(gemini, 'gemini.json')).toMatchInlineSnapshot(`
    {
      "refused": {
        "less": "service "less": "includeTools" is known, but not supported yet",
      },
      "used": {
        "files": {
          "args": [
            "--price",
            "5$",
          ],
          "command": "\${FILES_HOME}/serve",
          "cwd": "/project/run",
          "description": "Files",
          "type": "stdio",
        },
        "off": {
          "command": "serve",
          "cwd": "/project",
          "disabled": true,
          "type": "stdio",
        },
        "old": {
          "type": "sse",
          "url": "https://example.com/sse",
        },
        "typed": {
          "type": "http",
          "url": "https://example.com/mcp",
        },
        "weather": {
          "headers": {
            "Authorization": "Bearer \${WEATHER_TOKEN}",
            "X-Key": "\${WEATHER_KEY}",
          },
          "type": "http",
          "url": "https://example.com/mcp",
        },
      },
    }
  `)
})

it('Gemini CLI: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(gemini)).toMatchInlineSnapshot(`
    {
      "document": {
        "mcpServers": {
          "filled": {
            "args": [
              "{env:X}",
            ],
            "command": "\${TOOLS}/serve",
            "cwd": "/project",
            "description": "Filled",
          },
          "old": {
            "url": "https://example.com/sse",
          },
          "sealed": {
            "headers": {
              "X-Plain": "1",
            },
            "httpUrl": "https://example.com/mcp",
          },
          "weather": {
            "headers": {
              "Authorization": "Bearer \${WEATHER_TOKEN}",
              "X-Key": "\${KEY}",
              "X-Plain": "1",
            },
            "httpUrl": "https://example.com/mcp",
          },
        },
      },
      "left": {
        "files": "args[2] holds a text that Gemini CLI would take for a placeholder",
        "off": "it is disabled, and Gemini CLI would start it",
      },
      "unsaid": {
        "filled": [
          "envFile is left out: Gemini CLI has no such field",
          "protocol is left out: Gemini CLI has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('Gemini CLI: what was written is read again', async () => {
  expect(await readAgain(gemini)).toMatchInlineSnapshot(`
    {
      "filled": {
        "args": [
          "{env:X}",
        ],
        "command": "\${TOOLS}/serve",
        "cwd": "/project",
        "description": "Filled",
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

it('Gemini CLI: where its own files are on each system', () => {
  expect(userFiles(gemini)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.gemini/settings.json",
      ],
      "mac": [
        "/Users/alice/.gemini/settings.json",
      ],
      "windows": [
        "C:\\Users\\alice\\.gemini\\settings.json",
      ],
    }
  `)
})
