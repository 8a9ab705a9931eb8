import { expect, it } from 'vitest'
import { claudeDesktop } from '../../src/config/dialects/claude-desktop.ts'
import { readAgain, readFixture, userFiles, written } from './dialect-fixtures.ts'

it('Claude Desktop: its file is read', async () => {
  expect(await readFixture(claudeDesktop, 'claude-desktop.json')).toMatchInlineSnapshot(`
    {
      "refused": {
        "words": "service "words": command holds arguments",
      },
      "used": {
        "files": {
          "args": [
            "-y",
            "@modelcontextprotocol/server-filesystem",
            "/Users/alice/Desktop",
          ],
          "command": "npx",
          "cwd": "/project",
          "env": {
            "LEVEL": "debug",
          },
          "type": "stdio",
        },
      },
    }
  `)
})

it('Claude Desktop: everything is written in its words, and what it has none for is named', async () => {
  expect(await written(claudeDesktop)).toMatchInlineSnapshot(`
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
            },
          },
        },
      },
      "left": {
        "filled": "command needs \${TOOLS}, and Claude Desktop fills in no variables there",
        "off": "it is disabled, and Claude Desktop would start it",
        "old": "Claude Desktop knows no remote services in its file",
        "sealed": "Claude Desktop knows no remote services in its file",
        "weather": "Claude Desktop knows no remote services in its file",
      },
      "unsaid": {
        "files": [
          "/bin/sh starts it in its cwd: Claude Desktop has no such field",
          "env.TOKEN is left out: it needs \${TOKEN}, and Claude Desktop fills in no variables there",
          "env.OTHER is left out: it needs \${REAL}, and Claude Desktop fills in no variables there",
        ],
      },
    }
  `)
})

it('Claude Desktop: what was written is read again', async () => {
  expect(await readAgain(claudeDesktop)).toMatchInlineSnapshot(`
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
    }
  `)
})

it('Claude Desktop: where its own files are on each system', () => {
  expect(userFiles(claudeDesktop)).toMatchInlineSnapshot(`
    {
      "linux": [
        "/home/alice/.config/Claude/claude_desktop_config.json",
      ],
      "mac": [
        "/Users/alice/Library/Application Support/Claude/claude_desktop_config.json",
      ],
      "windows": [
        "C:\\Users\\alice\\AppData\\Roaming\\Claude\\claude_desktop_config.json",
      ],
    }
  `)
})
