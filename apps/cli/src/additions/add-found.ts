import type { FoundConfig, Store } from '@mcpstore/core'
import { shellWord } from '@mcpstore/core/shell-words'
import type { CommandContext } from '../command.ts'
import type { OptionValues } from '../command-line/options.ts'
import { usageError } from '../failures/cli-error.ts'
import { naming, reportFailure, writeAdvice, writeWarning } from '../failures/failure.ts'
import { foundDocument, writeFound, writeUnusable } from '../output/found-text.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { existingFolder } from '../process/existing-folder.ts'
import { servicesOf, untilInterrupted, withStore, withStoreToChange } from '../store/store-session.ts'
import { forms, refuse } from './add-input.ts'
import { addServices } from './add-services.ts'
import { type Choice, choicesIn, chosenBy, firstOfEach } from './found-choice.ts'

/** `add` and nothing after it: shows what other clients have, and adds what is chosen. */
export async function addFound(context: CommandContext, values: OptionValues): Promise<number> {
  refuse(values, ['transport', 'header', 'env', 'cwd', 'yes', 'offer'], 'belongs to another form of add')
  const isChosen = values.all === true || values.from !== undefined
  const { json } = context.settings
  if (isChosen) return withStoreToChange(context, (store) => addChosen(context, store, values))
  if (json || !context.ask) return withStore(context, (store) => showOnly(context, store, values))
  return withStoreToChange(context, (store) => addAnswered(context, store, values))
}

/** `--all`, `--from`: nobody is asked. */
async function addChosen(context: CommandContext, store: Store, values: OptionValues): Promise<number> {
  const found = await find(context, store, values)
  const { json, quiet } = context.settings
  if (!json) (quiet ? writeUnusable : writeFound)(context, found)
  const choices = choicesIn(found)
  const chosen = firstOfEach(choices)
  const behind = choices.filter((choice) => !chosen.includes(choice) && choice.service.after !== undefined)
  for (const { config, service } of json ? [] : behind) {
    const isSameClient = chosen.some(
      (one) => one.service.name === service.name && one.config.client === config.client,
    )
    const hint = isSameClient
      ? `To take what that file has say mcpstore add ${shellWord(config.file)}`
      : `To take that one say --from ${config.client}.`
    const first = service.after === config.file ? 'what it has for this folder' : service.after
    writeWarning(context.err, `${service.name} of ${config.file} is left out: ${first} comes first`, hint)
  }
  const exit =
    chosen.length === 0
      ? nothing(context, found)
      : await addServices(context, store, inputsOf(chosen), { values, beside: foundDocument(found) })
  const [trouble] = troublesIn(found)
  if (exit !== 0 || !trouble) return exit
  const message = `some of what was found cannot be used; ${trouble.message}`
  if (json) reportFailure(context.err, { ...trouble, message }, context.settings)
  return 1
}

/** Without a terminal nothing is asked, and so nothing is added. */
async function showOnly(context: CommandContext, store: Store, values: OptionValues): Promise<number> {
  const found = await find(context, store, values)
  const { err, out, settings } = context
  if (settings.json) writeJson(out, { ...foundDocument(found), results: [] })
  else {
    writeFound(context, found)
    const first = choicesIn(found).find(({ service }) => service.status !== 'equal')
    if (first)
      writeAdvice(
        err,
        'Nothing was added.',
        `To add it say mcpstore add --all, or mcpstore add --from ${first.config.client}`,
      )
    else writeNote(err, 'Nothing was added.\n')
  }
  return 0
}

async function addAnswered(context: CommandContext, store: Store, values: OptionValues): Promise<number> {
  const found = await find(context, store, values)
  const choices = choicesIn(found)
  writeFound(context, found, choices)
  const chosen = choices.length === 0 ? [] : await choose(context, choices)
  if (chosen.length === 0) {
    writeNote(context.err, 'Nothing was added.\n')
    return 1
  }
  return addServices(context, store, inputsOf(chosen), { values })
}

/** Asks until the answer can be understood. */
async function choose({ ask, err, signal }: CommandContext, choices: readonly Choice[]): Promise<Choice[]> {
  for (;;) {
    const question = 'Add which? Numbers (1 3-5), names, a client, all, or Enter for none: '
    const answer = await untilInterrupted(signal, ask!(question))
    const chosen = chosenBy(answer ?? '', choices)
    if (typeof chosen !== 'string') return chosen
    err.write(`${visibleLine(chosen)}\n`)
  }
}

async function find(
  context: CommandContext,
  store: Store,
  values: OptionValues,
): Promise<readonly FoundConfig[]> {
  const { from } = values
  const found = await servicesOf(store, values).findConfigs({
    cwd: existingFolder(context.cwd),
    ...(from && { from }),
  })
  if (found.length > 0) return found
  const whose = from ? from.join(', ') : 'other clients'
  throw usageError(`"add" was not told what to add, and nothing of ${whose} was found here`, forms)
}

/** Files were found, and nothing in them that could be added. */
function nothing(context: CommandContext, found: readonly FoundConfig[]): number {
  if (context.settings.json) writeJson(context.out, { ...foundDocument(found), results: [] })
  else writeNote(context.err, 'Nothing was added.\n')
  return 0
}

function inputsOf(choices: readonly Choice[]): { name: string }[] {
  return choices.map(({ service }) => service.input)
}

function troublesIn(found: readonly FoundConfig[]) {
  return found.flatMap(({ services, error }) => [
    ...(error ? [{ code: error.code, message: error.message, hint: error.hint }] : []),
    ...services.flatMap(({ name, error: why }) =>
      why ? [{ code: why.code, message: naming(name, why.message), hint: why.hint }] : [],
    ),
  ])
}
