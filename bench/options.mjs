import { parseArgs } from 'node:util'

const OPTIONS = {
  only: { type: 'string', multiple: true, default: [] },
  quick: { type: 'boolean', default: false },
  full: { type: 'boolean', default: false },
  peers: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
}

export const usage = `npm run bench -- [NAME...] [options]

Measures mcpstore beside what it is compared with. NAME is a question or a topic; without one all are asked.

  --only NAME,NAME  the same as NAME...
  --quick           less of everything, within two minutes
  --full            everything, the largest scales too, within thirty minutes; else it is ten
  --peers           beside other programs and libraries, which it installs into bench/peers; on Node 24
  --help            this, and the names
`

/** What the command line asks for: `{ names, scope, peers, help }`. @throws when it makes no sense */
export function readOptions(args) {
  const how = { args, options: OPTIONS, allowPositionals: true }
  const { tokens } = parseArgs({ ...how, strict: false, tokens: true })
  const unknown = tokens.find(({ kind, name }) => kind === 'option' && !Object.hasOwn(OPTIONS, name))
  if (unknown) throw new Error(`there is no option ${unknown.rawName}; see npm run bench -- --help`)
  const { values, positionals } = parseArgs(how)
  if (values.quick && values.full) throw new Error('--quick and --full exclude each other')
  const names = [...positionals, ...values.only].flatMap((text) => text.split(',')).filter(Boolean)
  return {
    names,
    scope: values.quick ? 'quick' : values.full ? 'full' : 'normal',
    peers: values.peers,
    help: values.help,
  }
}
