/** What a server says about itself. */
export interface RedisStats {
  /** Clients that are connected, the one that asks included. */
  clients: number
  /** Connections accepted since the start. */
  connections: number
  /** Commands executed since the start. */
  commands: number
  /** The same for each command by its name in lower case, `config|get`; none for one that was not called. */
  calls: Record<string, number>
  /** Every field of INFO. */
  info: Record<string, string>
}

/** Reads the text of `INFO all`. */
export function parseStats(text: string): RedisStats {
  const lines = text.split('\r\n').filter((line) => line.includes(':'))
  const info = Object.fromEntries(lines.map((line) => line.split(/:(.*)/).slice(0, 2)))
  const calls = Object.entries<string>(info)
    .filter(([field]) => field.startsWith('cmdstat_'))
    .map(([field, value]) => [field.slice('cmdstat_'.length), Number(/calls=(\d+)/.exec(value)?.[1])])
  return {
    clients: Number(info['connected_clients']),
    connections: Number(info['total_connections_received']),
    commands: Number(info['total_commands_processed']),
    calls: Object.fromEntries(calls),
    info,
  }
}
