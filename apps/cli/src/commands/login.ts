import type { SignInReport, StoreContext } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { visibleLine } from '../output/text/terminal-text.ts'
import { renderTrusted } from '../output/trusted-config.ts'
import { openBrowser } from '../process/browser.ts'
import { askOptions, servicesOf, untilInterrupted, whileWaiting, withStore } from '../store/store-session.ts'

/** `login NAME`: signs in to a service in the browser, which comes back to a port of this machine. */
export async function login(context: CommandContext, { positionals, values }: CommandInput): Promise<number> {
  const [name = ''] = positionals
  const { err, out, settings } = context
  if (settings.json && values['no-browser']) {
    throw usageError('with --json nobody sees the address to open', 'Leave out --json, or --no-browser.')
  }
  const { signInOptions } = await import('../command-line/sign-in-options.ts')
  const client = await signInOptions(context, values)
  return withStore(context, async (store) => {
    const services = servicesOf(store, values)
    if (!(await isTrusted(context, services, name))) {
      writeNote(err, 'Nothing was approved, and nobody signed in.\n')
      return 1
    }
    const report = await whileWaiting(context, `signing in to ${name}`, () =>
      services.signIn(name, {
        ...askOptions(context),
        ...client,
        open: (url, take) => show(context, { name, url, take, isOpened: !values['no-browser'] }),
      }),
    )
    if (settings.json) writeJson(out, report)
    else writeNote(out, `${sentence(report)}\n`)
    if (!report.error) return 0
    const { reportFailure } = await import('../failures/failure.ts')
    const failure = Object.assign(new Error(report.error.message), report.error)
    return reportFailure(err, failure, settings)
  })
}

/** Where there is a terminal, whoever has to trust a service first is asked; elsewhere the library says so. */
async function isTrusted(
  { confirm, err, settings, signal }: CommandContext,
  services: StoreContext,
  name: string,
): Promise<boolean> {
  if (!confirm || settings.json) return true
  const { facts } = await services.serviceInfo(name)
  if (facts.trusted) return true
  const { status } = await services.trustService(name, {
    confirm: (service) => {
      err.write(renderTrusted(service, err))
      const question = `May ${visibleLine(name)}, at this address, get tokens of yours?`
      return untilInterrupted(signal, confirm(question))
    },
  })
  return status !== 'declined'
}

interface Page {
  name: string
  url: string
  /** Takes the address that the browser ended at. */
  take: (address: string) => boolean
  isOpened: boolean
}

/** Shows the page where one signs in, and waits for nothing: the browser comes back by itself. */
async function show(context: CommandContext, { name, url, take, isOpened }: Page): Promise<void> {
  const { ask, env, err, settings, statusLine } = context
  const opened = isOpened && (await openBrowser(url, env))
  if (settings.json) {
    if (!opened) throw new Error('no browser could be opened')
    return
  }
  const shown = visibleLine(url)
  err.write(
    opened
      ? `Sign in to ${visibleLine(name)} in the browser. If none opens: ${shown}\n`
      : `Sign in to ${visibleLine(name)} at: ${shown}\n`,
  )
  if (opened || !ask) return
  const line = await statusLine?.()
  // What is typed stands where it was.
  line?.end()
  void paste(ask, take, err)
}

/** For a browser on another machine, which cannot come back to this one. */
async function paste(
  ask: NonNullable<CommandContext['ask']>,
  take: Page['take'],
  err: CommandContext['err'],
): Promise<void> {
  const question = 'If the browser cannot come back here, paste the address that it ends at: '
  for (let line = await ask(question); line !== undefined; line = await ask(question)) {
    if (line === '') continue
    if (take(line)) return
    err.write('That is not the address of this sign-in.\n')
  }
}

function sentence({ name, status }: SignInReport): string {
  const shown = visibleLine(name)
  return status === 'signed_in' ? `signed in to ${shown}` : `${shown} wants nobody to sign in`
}
