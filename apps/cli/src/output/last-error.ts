import { visibleLine } from './text/terminal-text.ts'

const lead = /^(?:[\w.]*(?:Error|Exception)\b|error\b|fatal\b|panic\b|npm (?:error|ERR!))/i
const noise = /^(?:at |\^+$|\}$|Node\.js v\d|npm (?:warn|notice)\b)/i

/**
 * The message of a service's last error in one line: what happened, and of the server's own output the line that says
 * why, which is the first that calls itself an error, else the last. The service's name is left out, as it stands beside.
 */
export function briefError(message: string, service: string): string {
  const [head = '', ...output] = message.trim().split(/\s*\n\s*/)
  const [what, why] = [head.replace(/\.?\s*Its last output:$/, ''), whyOf(output)]
  const named = why && head !== what ? `${what}: ${why}` : what
  const own = `service "${service}" `
  for (const lead of [`${own}at `, own])
    if (named.startsWith(lead)) return visibleLine(named.slice(lead.length))
  const link = 'the connection '
  return visibleLine(
    named.startsWith(`${link}to ${own}`) ? link + named.slice(`${link}to ${own}`.length) : named,
  )
}

function whyOf(output: readonly string[]): string | undefined {
  return (
    output.find((line) => lead.test(line)) ?? (output.findLast((line) => !noise.test(line)) || output.at(-1))
  )
}
