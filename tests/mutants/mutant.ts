import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { workspaceRoot } from '../support/modules.ts'

/** A guarantee taken away, and the test that has to notice. */
export interface Mutant {
  /** What is broken, in words. */
  name: string
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
  /** The test file that has to fail. */
  suite: string
  /** The test in it that does, as it is reported. */
  test: string
}

/** What came of the tests that ran on a mutant; `errors` are the messages of the failures. */
interface Outcome {
  passed: number
  failed: number
  errors: string[]
}

/** Those of a package, by the file that holds them: one for each folder of sources, so `tools.ts` for `src/tools`. */
export async function mutantsOf(name: 'storage' | 'core' | 'cli'): Promise<Record<string, Mutant[]>> {
  const files = readdirSync(new URL(name, import.meta.url))
  const read = (file: string): Promise<{ mutants: Mutant[] }> =>
    import(new URL(`${name}/${file}`, import.meta.url).href)
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file, (await read(file)).mutants])))
}

/** The file that holds it: `tools.ts`, `connections-http.ts`, or `src.ts` for what stands in no folder. */
export function homeOf({ file }: Mutant): string {
  const [, , , ...folders] = dirname(file).split('/')
  return `${folders.join('-') || 'src'}.ts`
}

/** Those that have their turn: all of them in `npm run soak`, and one for each folder of sources in `npm test`. */
export function due(mutants: readonly Mutant[]): Mutant[] {
  if (process.env['MCPSTORE_SOAK']) return [...mutants]
  return [...new Map(mutants.toReversed().map((mutant) => [dirname(mutant.file), mutant])).values()]
}

/** A vitest of its own that tries one mutant after the other. */
export class Trials implements AsyncDisposable {
  #vitest: ChildProcess | undefined
  #turn: Promise<unknown> = Promise.resolve()

  /** Passes when the mutant's test fails on sources in which its change was made. */
  async expectCaught(mutant: Mutant): Promise<void> {
    const parts = readFileSync(workspaceRoot + mutant.file, 'utf8').split(mutant.find)
    expect(parts, `${mutant.file} does not hold this once: ${mutant.find}`).toHaveLength(2)
    const { passed, failed, errors } = await this.#try(mutant)
    // A test that did not run has caught nothing.
    const told = `the test passed, or there is none of this name (${passed} passed):\n${errors.join('\n')}`
    expect(failed, told).toBeGreaterThan(0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const vitest = this.#vitest
    vitest?.disconnect()
    if (vitest) await once(vitest, 'exit')
  }

  #try({ file, find, replace, suite, test }: Mutant): Promise<Outcome> {
    const pattern = test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const trial = { change: { file, find, replace }, suite: workspaceRoot + suite, pattern }
    const outcome = this.#turn.then(async () => {
      this.#vitest ??= this.#start()
      this.#vitest.send(trial)
      return (await once(this.#vitest, 'message'))[0] as Outcome
    })
    // Its test may have given up by then; the next one waits all the same.
    this.#turn = outcome
    return outcome
  }

  #start(): ChildProcess {
    // Long runs find no more than short ones here.
    const { MCPSTORE_SOAK: _soak, ...env } = process.env
    const program = fileURLToPath(new URL('trials.mjs', import.meta.url))
    const vitest = fork(program, { cwd: workspaceRoot, env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    vitest.once('exit', (code) => {
      this.#vitest = undefined
      const outcome: Outcome = { passed: 0, failed: 0, errors: [`vitest ended with ${code}`] }
      vitest.emit('message', outcome)
    })
    return vitest
  }
}
