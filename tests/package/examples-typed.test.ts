import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** A calculation with numbers from its command line, which is no host. */
const NOT_TYPED = new Set(['docs/capacity.md'])

const docs = readdirSync(join(workspaceRoot, 'docs')).filter((name) => name.endsWith('.md'))
const pages = ['README.md', ...docs.map((name) => `docs/${name}`)].filter((page) => !NOT_TYPED.has(page))

test('what the pages show of the library compiles as TypeScript, strictly', { timeout: 60_000 }, () => {
  const folder = temporaryFolder('typed-')
  const compilerOptions = {
    ...{ target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable'], module: 'NodeNext', types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
    ...{ noEmit: true, skipLibCheck: true },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  for (const [name, at] of [
    ['@mcpstore', 'packages'],
    ['@types', 'node_modules/@types'],
  ] as const) {
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    symlinkSync(join(workspaceRoot, at), join(folder, 'node_modules', name))
  }
  let count = 0
  for (const page of pages) {
    const blocks = readFileSync(join(workspaceRoot, page), 'utf8').matchAll(
      /^```js(?: [^\n]*)?\n(.*?)^```/gms,
    )
    for (const [, block] of blocks) {
      writeFileSync(join(folder, `${page.replace(/\W+/g, '-')}-${count++}.ts`), `${block}\nexport {}\n`)
    }
  }
  const tsc = join(workspaceRoot, 'node_modules/.bin/tsc')
  const how = { cwd: folder, encoding: 'utf8', timeout: 50_000 } as const
  const { status, stdout, stderr } = spawnSync(tsc, ['-p', folder], how)
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(count).toBeGreaterThan(10)
})
