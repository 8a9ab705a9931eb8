import type { ToolResult } from '@mcpstore/core'
import type { CommandContext } from '../../command.ts'
import type { OptionValues } from '../../command-line/options.ts'
import { CliError, usageError } from '../../failures/cli-error.ts'
import { exitCodes, toolErrorExit } from '../../failures/exit-codes.ts'
import { failureAfter, reportFailure, writeProblem } from '../../failures/failure.ts'
import { toJson, writeJson } from '../json.ts'
import { writeNote } from '../output.ts'
import { givenText, visibleLine, visibleText } from '../text/terminal-text.ts'
import { cutText } from './cut-text.ts'
import { extract, type Found, parseResultPath, type ResultPath } from './result-path.ts'
import type { SavedContents } from './saved-contents.ts'
import { isBlock, renderToolResult } from './tool-result.ts'

/** How a result is to be shown. */
export interface ResultView {
  path: ResultPath | undefined
  maxChars: number
  save: string | undefined
}

/** Reads `--extract`, `--max-chars` and `--save`, and makes the folder. Throws `usage`. */
export async function readResultView(
  { cwd, settings }: CommandContext,
  { extract: path, save, 'max-chars': maxChars, 'dry-run': isDry }: OptionValues,
): Promise<ResultView> {
  if (maxChars !== undefined && !/^[1-9]\d{0,8}$/.test(maxChars)) {
    throw usageError(`--max-chars is not a number of characters: "${maxChars}"`, 'Write --max-chars 4000.')
  }
  if (maxChars !== undefined && settings.json) {
    throw usageError('--max-chars is for text: what --json prints is whole', 'Leave out one of them.')
  }
  const view = { path: path === undefined ? undefined : parseResultPath(path), save }
  if (save !== undefined && !isDry) await (await import('./saved-contents.ts')).makeSaveFolder(cwd, save)
  return { ...view, maxChars: maxChars === undefined ? Number.POSITIVE_INFINITY : Number(maxChars) }
}

/** Prints what a tool answered, and answers the exit code. What could not be saved or found is said after that. */
export async function showResult(
  context: CommandContext,
  { path, maxChars, save }: ResultView,
  { result, name }: { result: ToolResult; name: string },
): Promise<number> {
  const { out, err, settings } = context
  const { saved, failures } = await saveParts(context, save, { parts: [result.content ?? []].flat(), name })
  const shown = withPaths(result, saved)
  const found = path && !result.isError ? extract(path.isWhole ? shown : rootOf(result), path) : undefined
  if (found && 'missing' in found) {
    const message = `the result has no ${path!.text}: ${found.missing}`
    const failure = new CliError('no_value', message, 'The tool did run; this is what it answered.')
    return reportMissing(context, failure, { shown, text: renderToolResult(result, saved) })
  }
  if (settings.json) writeJson(out, found ? valueIn(found) : shown)
  else out.write(cutText(found ? textOf(found) : renderToolResult(result, saved), maxChars))
  // Else nobody would know where it is.
  if (found && !settings.json)
    for (const file of saved.values()) writeNote(err, `saved to ${visibleLine(file)}\n`)
  if (result.isError) {
    if (!settings.json) writeProblem(err, 'error', 'the tool answered with an error')
    return toolErrorExit
  }
  const unsaved = failures.map((failure) => new CliError(failure.code, failure.message, 'The tool did run.'))
  return reportUnsaved(context, unsaved)
}

/** Saves what there is to save of these parts, where a folder is given for that. */
export async function saveParts(
  { cwd }: CommandContext,
  folder: string | undefined,
  { parts, name }: { parts: readonly unknown[]; name: string },
): Promise<SavedContents> {
  if (folder === undefined) return { saved: new Map(), failures: [] }
  const { saveContents } = await import('./saved-contents.ts')
  return saveContents(parts, { cwd, folder, name })
}

/** Says what could not be saved, and answers the exit code. */
export function reportUnsaved({ err, settings }: CommandContext, failures: readonly CliError[]): number {
  for (const failure of settings.json ? failures.slice(0, 1) : failures) reportFailure(err, failure, settings)
  return failures[0] ? exitCodes[failures[0].code] : 0
}

/** What is in a file now need not be in the document too. */
function withPaths(result: ToolResult, saved: ReadonlyMap<object, string>): ToolResult {
  if (saved.size === 0) return result
  const content = [result.content ?? []].flat().map((block) => {
    const path = saved.get(block)
    return path === undefined ? block : { ...withoutData(block), saved: path }
  })
  return { ...result, content }
}

function withoutData({ data: _, ...block }: NonNullable<ToolResult['content']>[number]) {
  const { blob: __, ...resource } = (block['resource'] ?? {}) as Record<string, unknown>
  return block['resource'] === undefined ? block : { ...block, resource }
}

/** What the tool says: its structured content, or its only text, as JSON where it is some. */
function rootOf({ structuredContent, content }: ToolResult): unknown {
  if (structuredContent !== undefined) return structuredContent
  const blocks = [content ?? []].flat().filter(isBlock)
  const [only, ...others] = blocks.filter(({ type }) => type === 'text').map(({ text }) => givenText(text))
  try {
    return only === undefined || others.length > 0 ? undefined : JSON.parse(only)
  } catch {
    return only
  }
}

function valueIn(found: Exclude<Found, { missing: string }>): unknown {
  return 'many' in found ? found.many : found.value
}

/** A text as it is, all else as JSON; of many each in a line of its own. */
function textOf(found: Exclude<Found, { missing: string }>): string {
  const values = 'many' in found ? found.many : [found.value]
  const indent = 'many' in found ? undefined : 2
  const lines = values.map((value) => visibleText(typeof value === 'string' ? value : toJson(value, indent)))
  return lines.map((line) => (line.endsWith('\n') ? line : `${line}\n`)).join('')
}

/** A call cannot be made again to see what it answered: that is on stderr. */
function reportMissing(
  { err, settings }: CommandContext,
  failure: CliError,
  { shown, text }: { shown: ToolResult; text: string },
): number {
  const { code, message, hint } = failureAfter(settings.argv, failure)
  if (settings.json) err.write(`${toJson({ error: { code, message, hint }, result: shown })}\n`)
  else {
    reportFailure(err, failure, settings)
    err.write(text)
  }
  return exitCodes[code]
}
