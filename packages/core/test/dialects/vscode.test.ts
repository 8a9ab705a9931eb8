import { expect, it } from 'vitest'
import { vscode } from '../../src/config/dialects/vscode.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('VS Code: its file is read', async () => {
  expect(await readFixture(vscode, 'vscode.jsonc')).toMatchInlineSnapshot(`
    {
      "refused": {
        "socket": "service "socket": url must be an http:// or https:// address",
      },
      "used": {
        "github": {
          "headers": {
            "Authorization": "Bearer \${GITHUB_KEY}",
            "X-Level": "\${LEVEL:-info}",
          },
          "type": "http",
          "url": "https://example.com/mcp",
        },
        "local": {
          "args": [
            "/project/server.js",
          ],
          "command": "node",
          "cwd": "/project/run",
          "env": {
            "HOME_OF": "\${HOME}",
            "KEY": "\${LOCAL_KEY}",
          },
          "envFile": "/project/.env",
          "type": "stdio",
        },
      },
    }
  `)
})

it('VS Code: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(vscode)).toMatchInlineSnapshot(`
    {
      "document": {
        "servers": {
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
            "type": "stdio",
          },
          "filled": {
            "args": [
              "{env:X}",
            ],
            "command": "\${env:TOOLS}/serve",
            "cwd": "/project",
            "envFile": "/project/.env",
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
              "Authorization": "Bearer \${env:WEATHER_TOKEN}",
              "X-Key": "\${env:KEY}",
              "X-Plain": "1",
            },
            "type": "http",
            "url": "https://example.com/mcp",
          },
        },
      },
      "left": {
        "off": "it is disabled, and VS Code would start it",
      },
      "unsaid": {
        "files": [
          "env.OTHER: the default of \${REAL} is left out: VS Code knows no defaults",
        ],
        "filled": [
          "description is left out: VS Code has no such field",
          "protocol is left out: VS Code has no such field",
        ],
        "sealed": [
          "headers.X-Key is left out: it is sealed",
        ],
      },
    }
  `)
})

it('VS Code: what was written is read again', async () => {
  expect(await readAgain(vscode)).toMatchInlineSnapshot(`
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
        "envFile": "/project/.env",
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

it('VS Code: where its own files are on each system', () => {
  expect(userFiles(vscode)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.config/Code/User/mcp.json",
        "/home/alice/.config/Code - Insiders/User/mcp.json",
      ],
      "mac": [
        "/Users/alice/Library/Application Support/Code/User/mcp.json",
        "/Users/alice/Library/Application Support/Code - Insiders/User/mcp.json",
      ],
      "windows": [
        "C:\\Users\\alice\\AppData\\Roaming\\Code\\User\\mcp.json",
        "C:\\Users\\alice\\AppData\\Roaming\\Code - Insiders\\User\\mcp.json",
      ],
    }
  `)
})
