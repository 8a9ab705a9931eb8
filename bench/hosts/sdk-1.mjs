import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { connectClients } from './clients.mjs'

/** Bare clients of the SDK's first line, one for each of the `servers`, all at once; over `Stdio`, where that is given. */
export function openHost(servers, { Stdio = StdioClientTransport } = {}) {
  return connectClients(servers, {
    client: () => new Client({ name: 'bench', version: '1' }),
    transport: ({ url, ...program }) =>
      url ? new StreamableHTTPClientTransport(new URL(url)) : new Stdio(program),
  })
}
