import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { connectClients } from '../../hosts/clients.mjs'

/** Bare clients of the SDK's second line, one for each of the `servers`, all at once. */
export function openHost(servers) {
  return connectClients(servers, {
    client: () => new Client({ name: 'bench', version: '1' }),
    transport: ({ url, ...program }) =>
      url ? new StreamableHTTPClientTransport(new URL(url)) : new StdioClientTransport(program),
  })
}
