import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { workspaceRoot } from './modules.ts'
import { writeCommands } from './page-commands.ts'
import { readPage, type Step } from './page-steps.ts'
import { matches } from './transcript.ts'

/**
 * Does what a page says, top to bottom, in one shell session with a fresh folder and a fresh home. Answers what did
 * not go as the page says, one entry for each step; a step that was not reached within `limit` ms is one too.
 */
export async function followPage(
  markdown: string,
  { limit = 60_000 }: { limit?: number } = {},
): Promise<string[]> {
  const { steps, problems, blocks } = readPage(markdown)
  const box = mkdtempSync(join(tmpdir(), 'mcpstore-page-'))
  const folder = (name: string): string => {
    mkdirSync(join(box, name), { recursive: true })
    return join(box, name)
  }
  try {
    writeCommands(folder('bin'))
    symlinkSync(join(workspaceRoot, 'packages/core'), join(folder('node_modules/@mcpstore'), 'core'))
    for (const [line, text] of blocks) writeFileSync(join(folder('blocks'), String(line)), `${text}\n`)
    const results = folder('results')
    writeFileSync(join(box, 'session.sh'), steps.map(sessionPart).join('\n'))
    await runSession(join(box, 'session.sh'), limit, {
      cwd: folder('work'),
      env: {
        PATH: [join(box, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
        HOME: folder('home'),
        LANG: 'C.UTF-8',
        BLOCKS: folder('blocks'),
        RESULTS: results,
      },
    })
    return [...problems, ...steps.flatMap((step, index) => complaint(step, join(results, String(index))))]
  } finally {
    rmSync(box, { recursive: true, force: true })
  }
}

/** Runs in the session's own shell, so that `cd` and `export` last. */
function sessionPart({ shell }: Step, index: number): string {
  return `{\n${shell}\n} </dev/null >"$RESULTS/${index}" 2>&1\necho $? >"$RESULTS/${index}.status"\n`
}

async function runSession(
  script: string,
  limit: number,
  options: { cwd: string; env: Record<string, string> },
): Promise<void> {
  const shell = spawn('sh', [script], { ...options, stdio: 'ignore', detached: true })
  const timer = setTimeout(() => endGroup(shell.pid!), limit)
  await once(shell, 'exit')
  clearTimeout(timer)
  endGroup(shell.pid!)
}

/** Ends what the page left running, too. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function complaint({ what, line, exit, output }: Step, result: string): string[] {
  const real = existsSync(result) ? readFileSync(result, 'utf8') : ''
  const at = `line ${line}: ${what}`
  if (!existsSync(`${result}.status`)) return [`${at}\ndid not come to its end\n${real}`]
  const status = Number(readFileSync(`${result}.status`, 'utf8'))
  if (status !== exit) return [`${at}\nexits with ${status}, not ${exit}\n${real}`]
  const shown = output.join('\n').trim()
  return shown === '' || matches(output, real) ? [] : [`${at}\nprints\n${real}\nnot\n${shown}`]
}
