import { recordKey } from '@mcpstore/storage'

// Records as services have them: about 150 bytes each.

/** Where the config of the service of this number lies. */
export function configKey(number) {
  return recordKey({ scope: 'store', service: `service-${number}`, kind: 'config' })
}

/** Where its tool list lies, which nobody sees without the config. */
export function listKey(number) {
  return recordKey({ scope: 'store', service: `service-${number}`, kind: 'cache' })
}

/** A config that is another one for each `version`. */
function config(number, version = 0) {
  return {
    command: 'npx',
    args: ['-y', `@example/server-${number}`, '--read-only'],
    env: { TOKEN: `\${TOKEN_${number}}`, VERSION: String(version) },
    description: 'The weather of today and of the days to come',
  }
}

/** The puts of `count` records. */
export function puts(count, version = 0) {
  return Array.from({ length: count }, (_, number) => ({
    key: configKey(number),
    value: config(number, version),
  }))
}

/** A put of `record` that is another one each time. */
export function changing(record = 0) {
  let version = 0
  return () => ({ key: configKey(record), value: config(record, ++version) })
}
