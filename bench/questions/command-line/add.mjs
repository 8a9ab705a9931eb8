export const question = '`mcpstore add` of a new service'
export const comparedWith = { node: { name: '`node -e 0`' } }

export function run(sandbox) {
  let added = 0
  return sandbox.interleaved(
    {
      ours: (round) => sandbox.measureMcpstore('add', `weather-${++added}`, 'https://example.com/mcp')(round),
      node: sandbox.measureNode('-e', '0'),
    },
    { rounds: 21 },
  )
}
