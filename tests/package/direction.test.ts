import { describe, expect, it } from 'vitest'
import { breaches, cycles, type Rule, tooLong } from '../support/direction.ts'
import { type Module, readModules } from '../support/modules.ts'

const src = /^(packages|apps)\/[^/]+\/src\//
const packageOf = (path: string): string => path.split('/').slice(0, 2).join('/')

const rules: Rule[] = [
  {
    rule: 'storage imports nothing of core or the apps',
    files: /^packages\/storage\//,
    imports: /^@mcpstore\/(?!storage)/,
  },
  {
    rule: 'core imports nothing of the workspace but storage',
    files: /^packages\/core\//,
    imports: /^@mcpstore\/(?!storage|core)/,
  },
  {
    rule: 'nothing imports from an app',
    files: /^(packages|tests)\//,
    imports: /^@mcpstore\/cli\b/,
  },
  {
    rule: 'a relative import stays in its package',
    files: src,
    reaches: (from, to) => !to.startsWith(`${packageOf(from)}/src/`),
  },
  {
    rule: "tests of a package reach into no other package's src by path",
    files: /^(packages|apps)\/[^/]+\/test\//,
    reaches: (from, to) => src.test(to) && packageOf(from) !== packageOf(to),
  },
  {
    rule: 'tests of the whole use packages by name',
    files: /^tests\//,
    reaches: (_from, to) => !to.startsWith('tests/'),
  },
  {
    rule: 'ioredis only in storage/src/backends/redis',
    files: src,
    except: /^packages\/storage\/src\/backends\/redis\//,
    imports: /^ioredis(\/|$)/,
  },
  {
    rule: 'libsql only in storage/src/backends/sqlite',
    files: src,
    except: /^packages\/storage\/src\/backends\/sqlite\//,
    imports: /^libsql(\/|$)/,
  },
  {
    rule: 'the MCP SDK only in core/src/connections',
    files: src,
    except: /^packages\/core\/src\/connections\//,
    imports: /^@modelcontextprotocol\//,
  },
  {
    rule: 'placeholders are filled in only behind the gate',
    files: src,
    except: /^packages\/core\/src\/trust\/gate\.ts$/,
    imports: /\/placeholders\.ts$/,
  },
  {
    rule: 'process.exit only in apps/cli/src/program.ts',
    files: src,
    except: /^apps\/cli\/src\/program\.ts$/,
    says: /\bprocess\.(exit|abort|reallyExit)\b/,
  },
  {
    rule: 'console only in apps/cli/src/program.ts',
    files: src,
    except: /^apps\/cli\/src\/program\.ts$/,
    says: /\bconsole\s*[.[]|from 'node:console'/,
  },
]

describe('the source of the workspace', () => {
  // The breaches planted below are text of this file.
  const modules = readModules().filter(({ path }) => !path.endsWith('/direction.test.ts'))
  const sources = modules.filter(({ path }) => src.test(path))

  it('is found', () => {
    expect(new Set(sources.map(({ path }) => packageOf(path)))).toEqual(
      new Set(['packages/storage', 'packages/core', 'apps/cli']),
    )
  })

  it.each(rules)('keeps: $rule', (rule) => {
    expect(breaches(modules, [rule])).toEqual([])
  })

  it('has no import cycle', () => {
    expect(cycles(sources)).toEqual([])
  })

  it('has no file of more than 250 lines', () => {
    expect(tooLong(sources, 250)).toEqual([])
  })
})

describe('the checker', () => {
  const planted: [rule: string, path: string, source: string][] = [
    ['storage imports nothing', 'packages/storage/src/a.ts', "import { x } from '@mcpstore/core'"],
    ['core imports nothing', 'packages/core/src/a.ts', "export { run } from '@mcpstore/cli'"],
    ['nothing imports from an app', 'tests/a.ts', "await import('@mcpstore/cli')"],
    ['a relative import stays', 'packages/core/src/a.ts', "export * from '../../storage/src/b.ts'"],
    ['a relative import stays', 'packages/core/src/a.ts', "import data from '../package.json'"],
    ['tests of a package', 'packages/core/test/a.test.ts', "import '../../storage/src/b.ts'"],
    ['tests of the whole', 'tests/e2e/a.test.ts', "import x, { y } from '../../packages/core/src/b.ts'"],
    ['ioredis only', 'packages/storage/src/backends/a.ts', "import type { Redis } from 'ioredis'"],
    ['ioredis only', 'packages/core/src/a.ts', "const Redis = require('ioredis')"],
    ['libsql only', 'packages/core/src/a.ts', "import Database from 'libsql/promise'"],
    [
      'the MCP SDK only',
      'packages/core/src/a.ts',
      "import {\n  Client,\n} from '@modelcontextprotocol/sdk/client'",
    ],
    ['the MCP SDK only', 'apps/cli/src/a.ts', "let t: import('@modelcontextprotocol/sdk/types.js').Tool"],
    ['placeholders are filled in', 'packages/core/src/a.ts', "import { x } from './config/placeholders.ts'"],
    ['process.exit only', 'apps/cli/src/a.ts', "const accept = '*/*' // fine\nprocess.exit(1)"],
    ['console only', 'packages/core/src/a.ts', "  console.log('x')"],
  ]

  it.each(planted)('finds a breach of: %s (%s)', (rule, path, source) => {
    expect(breaches([{ path, source }], rules).join()).toContain(`(${rule}`)
  })

  it('is not fooled by comments, nor by what is allowed', () => {
    const fine: Module[] = [
      {
        path: 'packages/core/src/a.ts',
        source: "// import 'ioredis'\n/**\n * console.log\n */\nf() // process.exit",
      },
      {
        path: 'packages/core/src/connections/a.ts',
        source: "import '@modelcontextprotocol/sdk'\nimport './b.ts'",
      },
      {
        path: 'packages/core/src/c.ts',
        source: "import { x } from '@mcpstore/storage'\nprocess.exitCode = 1",
      },
      { path: 'apps/cli/src/program.ts', source: "console.error('x')\nprocess.exit(1)" },
      { path: 'packages/core/test/a.test.ts', source: "import '../src/a.ts'" },
    ]
    expect(breaches(fine, rules)).toEqual([])
  })

  it('finds a cycle, through types, re-exports and package names too', () => {
    const round: Module[] = [
      { path: 'packages/core/src/a.ts', source: "import type { B } from './b/b.ts'" },
      { path: 'packages/core/src/b/b.ts', source: "export { c } from '@mcpstore/storage'" },
      { path: 'packages/storage/src/index.ts', source: "await import('../../core/src/a.ts')" },
      { path: 'packages/storage/src/d.ts', source: "import './index.ts'" },
    ]
    expect(cycles(round)).toEqual([
      'packages/core/src/a.ts → packages/core/src/b/b.ts → packages/storage/src/index.ts → packages/core/src/a.ts',
    ])
    expect(cycles(round.slice(0, 2))).toEqual([])
  })

  it('counts lines', () => {
    expect(tooLong([{ path: 'a.ts', source: 'x\n'.repeat(251) }], 250)).toEqual(['a.ts: 251 lines'])
    expect(tooLong([{ path: 'a.ts', source: 'x\n'.repeat(250) }], 250)).toEqual([])
  })
})
