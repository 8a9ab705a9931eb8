// What the conformance suites test: a small program on @mcpstore/core that lists a server's tools and calls them. The
// suite gives the address as the last argument, and what else it wants in the environment.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { setupStore } from '../packages/core/dist/index.js'

const url = process.argv.at(-1)
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}')

/** For a client that has credentials of its own, in the place of a user: the provider of the MCP SDK. */
async function ownCredentials() {
  const core = createRequire(new URL('../packages/core/package.json', import.meta.url))
  const sdk = pathToFileURL(core.resolve('@modelcontextprotocol/sdk/client/auth-extensions.js'))
  const { ClientCredentialsProvider, PrivateKeyJwtProvider } = await import(sdk)
  const { client_id: clientId, client_secret: clientSecret, private_key_pem: privateKey } = context
  if (!privateKey) return new ClientCredentialsProvider({ clientId, clientSecret })
  return new PrivateKeyJwtProvider({ clientId, privateKey, algorithm: context.signing_algorithm })
}

/** Signs in with OAuth: the suite's authorization server asks no user, and sends him back at once. */
function provider() {
  const kept = {
    client: context.client_id && { client_id: context.client_id, client_secret: context.client_secret },
  }
  return {
    redirectUrl: 'http://localhost:3000/callback',
    clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
    clientMetadata: {
      client_name: 'mcpstore conformance client',
      redirect_uris: ['http://localhost:3000/callback'],
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens) => void Object.assign(kept, { tokens }),
    clientInformation: () => kept.client,
    saveClientInformation: (client) => void Object.assign(kept, { client }),
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier) => void Object.assign(kept, { verifier }),
    async redirectToAuthorization(address) {
      const answer = await fetch(address, { redirect: 'manual' })
      kept.cameBack = new URL(answer.headers.get('location'))
    },
    authorizationCode() {
      const { cameBack } = kept
      kept.cameBack = undefined
      return cameBack
    },
    invalidateCredentials(scope) {
      if (scope === 'all' || scope === 'tokens') kept.tokens = undefined
      if (scope === 'all' || scope === 'client') kept.client = undefined
    },
  }
}

/** Something that fits a field of a schema. */
function sample({ type, enum: choice }) {
  const values = { string: 'text', number: 3, integer: 3, boolean: true, object: {}, array: [] }
  return choice?.[0] ?? values[type] ?? {}
}

/** What the suite wants to be called, or every tool with arguments that fit. */
function callsOf(tools) {
  const given = context.toolCalls?.map(({ name, arguments: args }) => [
    name,
    // A value that is null is one that is left out.
    Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)),
  ])
  return given ?? tools.map((tool) => [tool.tool, argumentsFor(tool, tools)])
}

function argumentsFor({ tool, inputSchema }, tools) {
  // This one tells the suite which schema has reached the client.
  if (tool === 'json_schema_echo') return { schema: tools.find((one) => one.tool !== tool).inputSchema }
  const fields = Object.entries(inputSchema?.properties ?? {})
  return Object.fromEntries(fields.map(([name, field]) => [name, sample(field)]))
}

const isAlone = process.env.MCP_CONFORMANCE_SCENARIO?.startsWith('auth/client-credentials')
const signIn = isAlone ? await ownCredentials() : provider()
const store = await setupStore({
  sampling: () => ({ role: 'assistant', content: { type: 'text', text: 'hello' }, model: 'none' }),
  elicitation: () => ({ action: 'accept', content: {} }),
  roots: [process.cwd()],
  auth: () => signIn,
})
try {
  const ctx = store.forStore()
  await ctx.addService({ server: { url } })
  const tools = await ctx.listTools()
  for (const { error } of tools.services) if (error) throw new Error(`${error.message} ${error.hint ?? ''}`)
  for (const [name, args] of callsOf([...tools])) {
    await ctx
      .useTool(`server/${name}`, args)
      .catch((error) => process.stderr.write(`${name}: ${error.message}\n`))
  }
} finally {
  await store.close()
}
