import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

test('a program outside of the clone was told nowhere how it gets the library', () => {
  expect(readFileSync(join(workspaceRoot, 'README.md'), 'utf8')).toContain(
    'npm install PATH-OF-THE-CLONE/packages/core',
  )
  const folder = temporaryFolder('linked-')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const quiet = ['--offline', '--no-audit', '--no-fund', '--loglevel=error', '--cache', join(folder, 'cache')]
  execFileSync('npm', ['install', join(workspaceRoot, 'packages/core'), ...quiet], { cwd: folder })
  const program = `import { setupStore } from '@mcpstore/core'
    const store = await setupStore()
    console.log(store.status().backend)
    await store.close()`
  writeFileSync(join(folder, 'host.js'), program)
  expect(execFileSync('node', ['host.js'], { cwd: folder, encoding: 'utf8' })).toBe('memory\n')
})
