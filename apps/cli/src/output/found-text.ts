import { relative } from 'node:path'
import type { FoundConfig, FoundService } from '@mcpstore/core'
import { userHome } from '@mcpstore/core/home'
import type { Choice } from '../additions/found-choice.ts'
import type { CommandContext } from '../command.ts'
import { failureOf } from '../failures/failure.ts'
import { writeFailed } from './add-report.ts'
import { paint, type Style } from './output.ts'
import { targetOf } from './service-text.ts'
import { type Cell, renderTable } from './text/table.ts'
import { visibleLine } from './text/terminal-text.ts'

const styles: Readonly<Record<FoundService['status'], Style>> = {
  new: 'green',
  equal: 'dim',
  different: 'yellow',
  unusable: 'red',
}

/** What is in which file, on stdout; why something of it cannot be used, on stderr. `numbered` are to be chosen from. */
export function writeFound(
  context: CommandContext,
  found: readonly FoundConfig[],
  numbered: readonly Choice[] = [],
): void {
  const { out, err } = context
  for (const { client: _, title, file, services, error } of found) {
    out.write(
      `${paint(out, 'bold', visibleLine(shortened(file, context)))} ${paint(out, 'dim', `(${title})`)}\n`,
    )
    if (error) writeFailed(err, { error })
    const rows = services.map((service): Cell[] => {
      const at = numbered.findIndex((choice) => choice.service.input === service.input)
      return [at < 0 ? '   ' : String(at + 1).padStart(3), ...cellsOf(service, context)]
    })
    out.write(renderTable(rows, out))
    for (const { name, error: why } of services) if (why) writeFailed(err, { name, error: why })
  }
}

/** Only why something of it cannot be used. */
export function writeUnusable({ err }: CommandContext, found: readonly FoundConfig[]): void {
  for (const { services, error } of found) {
    if (error) writeFailed(err, { error })
    for (const { name, error: why } of services) if (why) writeFailed(err, { name, error: why })
  }
}

function cellsOf({ name, status, config, after }: FoundService, context: CommandContext): Cell[] {
  const behind =
    after === undefined ? '' : ` (another one comes first: ${visibleLine(shortened(after, context))})`
  const off = config?.disabled ? ' (it is off there, so it is added disabled)' : ''
  const target = config ? targetOf(config) + off + behind : ''
  return [{ text: status, style: styles[status] }, visibleLine(name), config?.type ?? '-', target]
}

/** A file as people write it here: from the current folder, or from the home. */
function shortened(file: string, { cwd, env }: Pick<CommandContext, 'cwd' | 'env'>): string {
  const here = relative(cwd, file)
  if (!here.startsWith('..') && here !== file) return here
  const below = relative(userHome(env), file)
  return below.startsWith('..') || below === file ? file : `~/${below}`
}

/** The same for `--json`, secrets redacted. */
export function foundDocument(found: readonly FoundConfig[]): object {
  return {
    files: found.map(({ client, file, scope, services, error }) => ({
      client,
      file,
      scope,
      services: services.map(({ input: _, error: why, ...shown }) => ({
        ...shown,
        ...(why && { error: failureOf(why) }),
      })),
      ...(error && { error: failureOf(error) }),
    })),
  }
}
