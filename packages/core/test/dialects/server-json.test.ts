import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parseServices } from '../../src/config/parse.ts'

const text = await readFile(new URL('files/server.json', import.meta.url), 'utf8')
const read = (input: unknown) => parseServices(input, { cwd: '/project' })
const offer = (more: object) => ({ name: 'io.github.alice/weather', ...more })

async function messageFor(packages: object[]): Promise<string | undefined> {
  const { services, failures } = await read(offer({ packages }))
  expect(services).toEqual([])
  return failures[0]?.error.message
}

it('server.json: a package is started at its version, what is to be filled in stands as placeholders', async () => {
  expect(await read(text)).toMatchInlineSnapshot(`
    {
      "failures": [],
      "services": [
        {
          "config": {
            "args": [
              "-y",
              "@alice/weather-mcp@1.2.3",
              "\${CITY}",
              "--units",
              "\${UNITS:-metric}",
              "--quiet",
              "--cache",
              "\${DIR}/cache",
            ],
            "command": "npx",
            "cwd": "/project",
            "description": "Weather for all",
            "env": {
              "LOG_LEVEL": "\${LOG_LEVEL:-info}",
              "WEATHER_TOKEN": "\${WEATHER_TOKEN}",
            },
            "type": "stdio",
          },
          "ignored": [],
          "isOffer": true,
          "name": "weather",
          "notes": [
            "optional, left out: PROXY",
            "also offered: 2. package oci: docker run -i --rm -e WEATHER_TOKEN docker.io/alice/weather:1.2.3",
            "also offered: 3. package mcpb, not usable here: no program that runs "mcpb" packages is known",
          ],
        },
      ],
    }
  `)
})

it('server.json: what is remote comes first, as it runs nothing here', async () => {
  const remote = {
    type: 'streamable-http',
    url: 'https://{tenant}.example.com/mcp',
    variables: { tenant: { isRequired: true } },
    headers: [
      {
        name: 'Authorization',
        value: 'Bearer {token}',
        variables: { token: { isSecret: true, isRequired: true } },
      },
      { name: 'X-Rare' },
    ],
  }
  const { packages } = JSON.parse(text)
  expect((await read(offer({ packages, remotes: [remote] }))).services).toMatchInlineSnapshot(`
    [
      {
        "config": {
          "headers": {
            "Authorization": "Bearer \${TOKEN}",
          },
          "type": "http",
          "url": "https://\${TENANT}.example.com/mcp",
        },
        "ignored": [],
        "isOffer": true,
        "name": "weather",
        "notes": [
          "optional, left out: X-Rare",
          "also offered: 2. package npm: npx -y @alice/weather-mcp@1.2.3 \${CITY} --units \${UNITS:-metric} --quiet --cache \${DIR}/cache",
          "also offered: 3. package oci: docker run -i --rm -e WEATHER_TOKEN docker.io/alice/weather:1.2.3",
          "also offered: 4. package mcpb, not usable here: no program that runs "mcpb" packages is known",
        ],
      },
    ]
  `)
})

it.each([
  [{ registryType: 'pypi', identifier: 'weather', version: '1' }, 'uvx', ['weather@1']],
  [{ registryType: 'nuget', identifier: 'Weather', version: '1' }, 'dnx', ['--yes', 'Weather@1']],
  [
    { registryType: 'oci', identifier: 'alice/weather', version: '2' },
    'docker',
    ['run', '-i', '--rm', 'alice/weather:2'],
  ],
  [{ registryType: 'npm', runtimeHint: 'bunx', identifier: 'w', version: '1' }, 'bunx', ['w@1']],
  [{ registry_type: 'npm', identifier: 'w', version: '1', runtime_hint: 'npx' }, 'npx', ['-y', 'w@1']],
])('server.json: %j', async (source, command, args) => {
  expect((await read(offer({ packages: [source] }))).services[0]?.config).toMatchObject({ command, args })
})

it('server.json: a container is given the variables that it needs', async () => {
  const source = {
    registryType: 'oci',
    identifier: 'alice/weather:1',
    runtimeArguments: [{ type: 'named', name: '--network', value: 'none' }],
    environmentVariables: [{ name: 'TOKEN', isRequired: true }],
  }
  expect((await read(offer({ packages: [source] }))).services[0]?.config).toMatchObject({
    args: ['run', '-i', '--rm', '--network', 'none', '-e', 'TOKEN', 'alice/weather:1'],
    env: { TOKEN: '${TOKEN}' },
  })
})

it.each([
  [{ registryType: 'mcpb', identifier: 'x' }, 'no program that runs "mcpb" packages is known'],
  [{ registryType: 'npm', identifier: 'x', transport: { type: 'sse' } }, 'has to be started by hand'],
  [
    { registryType: 'npm', identifier: 'x', registryBaseUrl: 'https://npm.example.com' },
    'https://npm.example.com',
  ],
  [{ registryType: 'npm', identifier: '--x' }, 'it has no identifier'],
  [{ registryType: 'constructor', identifier: 'x' }, 'no program'],
])('server.json: %j cannot be used, and why is told', async (source, why) => {
  expect(await messageFor([source])).toContain(why)
})
