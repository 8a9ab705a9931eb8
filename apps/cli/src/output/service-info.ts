import type { ServiceInfo } from '@mcpstore/core'
import { formatAge } from '../command-line/duration.ts'
import { filterText, scopeText } from './agent-text.ts'
import type { Output } from './output.ts'
import { statusCell, targetOf, toolCountText } from './service-text.ts'
import { type Cell, renderNotes } from './text/table.ts'
import { visibleLine, visibleText } from './text/terminal-text.ts'
import { trustedRows } from './trusted-config.ts'

/** One service as a list of facts, one line each. */
export function renderServiceInfo(service: ServiceInfo, output: Output): string {
  const { server, facts } = service
  const rows: Cell[][] = [
    ['name', visibleLine(service.name)],
    ...(service.scope === 'store' ? [] : [['scope', scopeText(service.scope)]]),
    ...(service.assigned ? [['assigned', filterText(service.assigned)]] : []),
    ['status', statusCell(service.status)],
    ...(facts.seenBy ? [['seen by', seenText(facts.seenBy, facts.healthStale)]] : []),
    ['transport', service.transport],
    ...configRows(service),
    ['tools', toolsText(service)],
  ]
  if (server) rows.push(['server', serverText(server)])
  if (facts.inert !== null) rows.push(['untrusted', visibleLine(facts.inert)])
  else if (facts.trustedBy !== 'dataspace') rows.push(['trusted', trustText(facts)])
  if (facts.lastError) rows.push(...errorRows(facts.lastError))
  if (facts.retryAt) rows.push(['tried again', facts.retryAt])
  return renderNotes(rows.map(label), output)
}

function seenText(node: string, isStale: boolean): string {
  return visibleLine(
    isStale
      ? `${node}, which is gone without a word: the status is stale`
      : `${node}, the process that found this status`,
  )
}

const trustTexts: Readonly<Record<NonNullable<ServiceInfo['facts']['trustedBy']>, string>> = {
  dataspace: 'all of this dataspace is',
  approval: 'approved on this machine',
  signature: 'signed with the secret of the dataspace',
  host: 'the host vouches for it',
}

function trustText({ trustedBy }: ServiceInfo['facts']): string {
  return trustedBy === null ? 'no, but it can only talk to its address' : trustTexts[trustedBy]
}

/** A server's own output stays in lines. */
function errorRows({ code, message, at }: NonNullable<ServiceInfo['facts']['lastError']>): Cell[][] {
  const [head = '', ...output] = message.trim().split(/\r?\n/)
  return [
    ['last error', visibleLine(`${code}: ${head}`)],
    ...output.map((line) => ['', visibleText(line)]),
    ['failed at', visibleLine(at)],
  ]
}

function configRows({ config, facts }: ServiceInfo): Cell[][] {
  const rows: Cell[][] = []
  if (config.description) rows.push(['description', visibleLine(config.description)])
  // What is to be approved is looked at here: where one argument ends and the next begins, too.
  if (facts.inert !== null) return [...rows, ...trustedRows(config, { whole: true })]
  if (config.type === 'stdio') {
    rows.push(['command', targetOf(config)])
    if (config.cwd) rows.push(['folder', visibleLine(config.cwd)])
    if (config.envFile) rows.push(['env file', visibleLine(config.envFile)])
    rows.push(...pairRows('env', config.env, '='))
  } else {
    rows.push(['url', targetOf(config)], ...pairRows('header', config.headers, ': '))
  }
  return rows
}

function pairRows(title: string, pairs: Record<string, string> = {}, between: string): Cell[][] {
  return Object.entries(pairs).map(([key, value]) => [title, visibleLine(`${key}${between}${value}`)])
}

function toolsText({ toolCount, age, facts }: ServiceInfo): string {
  const stale = facts.tools === 'stale' ? ', stale' : ''
  if (age === null) return toolCountText(toolCount)
  return `${toolCountText(toolCount)} (cached ${formatAge(age)} ago${stale})`
}

function serverText({ name, version, protocolVersion }: NonNullable<ServiceInfo['server']>): string {
  const protocol = protocolVersion && `(protocol ${protocolVersion})`
  return visibleLine([name, version, protocol].filter(Boolean).join(' '))
}

function label([title = '', ...rest]: Cell[]): Cell[] {
  return [typeof title === 'string' ? { text: title, style: 'dim' } : title, ...rest]
}
