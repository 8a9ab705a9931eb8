import type { Host } from './command.ts'
import { checkPositionals, parseCommandLine } from './command-line/command-line.ts'
import { showHelp } from './commands/help.ts'
import { usageError } from './failures/cli-error.ts'
import { outputWith } from './output/output.ts'

/** Runs one command line and answers the exit code. Never throws: what goes wrong is said on stderr. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  try {
    return await dispatch(argv, host)
  } catch (thrown) {
    return report(argv, host, thrown)
  }
}

/** Says on stderr what was thrown, in the form the command line asks for, and answers the exit code. */
export async function report(
  argv: readonly string[],
  { err }: Pick<Host, 'err'>,
  thrown: unknown,
): Promise<number> {
  const { reportFailure } = await import('./failures/failure.ts')
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const isQuiet = flags.includes('--quiet') || flags.includes('-q')
  return reportFailure(outputWith(err, { isQuiet }), thrown, {
    json: flags.includes('--json'),
    debug: flags.includes('--debug'),
    argv,
  })
}

async function dispatch(argv: readonly string[], host: Host): Promise<number> {
  const { spec, ...input } = parseCommandLine(argv)
  const { values } = input
  if (values.version) return showVersion(host, values.json ?? false)
  if (values.help || !spec) {
    if (!values.help && values.json) throw usageError('no command was given', 'See mcpstore --help')
    showHelp(values.help ? host.out : host.err, spec, values.json ?? false)
    return values.help ? 0 : 1
  }
  checkPositionals(spec, input.positionals)
  const [{ readSettings }, { loadCommand }] = await Promise.all([
    import('./command-line/settings.ts'),
    import('./command-line/load-command.ts'),
  ])
  const settings = { ...readSettings(values, host.env, host.cwd), argv }
  const command = await loadCommand[spec.name]()
  const openStore = (dataspace = settings.dataspace) => host.openStore({ ...settings, dataspace })
  const listDataspaces = () => host.listDataspaces(settings)
  const { out, err } = host
  const how = { isQuiet: settings.quiet, place: values }
  const outputs = { out: outputWith(out, how), err: outputWith(err, how) }
  return command({ ...host, ...outputs, settings, openStore, listDataspaces }, input)
}

async function showVersion(host: Host, json: boolean): Promise<number> {
  const { readFile } = await import('node:fs/promises')
  const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
  host.out.write(json ? `${JSON.stringify({ version })}\n` : `${version}\n`)
  return 0
}
