import type { StoreContext, ToolResult } from '@mcpstore/core'
import { type ArgumentWords, mergeArguments, parseArgsObject, splitArguments } from '../arguments.ts'
import { warnOfChanges } from '../changed-tools.ts'
import { CliError } from '../cli-error.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { toolErrorExit } from '../exit-codes.ts'
import { writeJson } from '../output/json.ts'
import { paint } from '../output/output.ts'
import { agentOption, shellWord } from '../output/sample-call.ts'
import { renderToolResult } from '../output/tool-result.ts'
import { servicesOf, untilInterrupted, withStore } from '../store-session.ts'

/** `use-tool TOOL [k=v]... [--args JSON|-]`: calls the tool at most once and prints what it answered. */
export async function useTool(context: CommandContext, input: CommandInput): Promise<number> {
  const [tool = '', ...words] = input.positionals
  const split = splitArguments(words)
  const base = await readBase(context, input.values.args)
  const { json, timeoutMs } = context.settings
  return withStore(context, async (store) => {
    const services = servicesOf(store, input.values)
    if (!json) {
      store.events.on('toolsDiffer', ({ service, scope: _, ...changes }) =>
        warnOfChanges(context, { service, changes }, input.values),
      )
    }
    const call = await resolveCall(services, tool, base, split)
    const options = { signal: context.signal, ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) }
    const result = await services.useTool(call.tool, call.args, options).catch(async (thrown) => {
      if (thrown.code !== 'bad_arguments') throw thrown
      const { name } = await services.findTool(call.tool)
      const hint = `Nothing was called. See what the tool takes: mcpstore info ${shellWord(name)}${agentOption(input.values)}`
      throw new CliError('bad_arguments', thrown.message, hint)
    })
    return printResult(context, result, json)
  })
}

async function readBase(context: CommandContext, args: string | undefined): Promise<Record<string, unknown>> {
  if (args === undefined) return {}
  return parseArgsObject(args === '-' ? await untilInterrupted(context.signal, context.readStdin()) : args)
}

/** Asks for the tool's schema only when there are texts to be read by it. */
async function resolveCall(
  services: StoreContext,
  tool: string,
  base: Record<string, unknown>,
  words: ArgumentWords,
): Promise<{ tool: string; args: Record<string, unknown> }> {
  if (words.texts.size === 0) return { tool, args: mergeArguments(base, words, undefined) }
  const definition = await services.findTool(tool)
  return { tool: definition.name, args: mergeArguments(base, words, definition.inputSchema) }
}

function printResult(context: CommandContext, result: ToolResult, json: boolean): number {
  if (json) {
    writeJson(context.out, result)
  } else {
    context.out.write(renderToolResult(result))
    if (result.isError)
      context.err.write(`${paint(context.err, 'red', 'error:')} the tool answered with an error\n`)
  }
  return result.isError ? toolErrorExit : 0
}
