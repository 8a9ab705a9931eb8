import type { ServiceConfig } from './service-config.ts'

/** What a value of a config is part of. Only in these may placeholders stand. */
export type Kind = 'command' | 'args' | 'env' | 'url' | 'headers'

export const kinds: ReadonlySet<string> = new Set<Kind>(['command', 'args', 'env', 'url', 'headers'])

/** Where a value stands: `field` as people know it (`args[2]`, `env.TOKEN`), `name` in its object, if any. */
export interface ValuePlace {
  kind: Kind
  field: string
  name: string
}

/** The same config with each value replaced by what `map` makes of it; everything else stays as it is. */
export function mapValues(
  config: ServiceConfig,
  map: (value: string, place: ValuePlace) => string,
): ServiceConfig {
  const one = (value: string, kind: Kind): string => map(value, { kind, field: kind, name: '' })
  const record = (values: Record<string, string>, kind: Kind): Record<string, string> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        map(value, { kind, field: `${kind}.${name}`, name }),
      ]),
    )
  if (config.type !== 'stdio') {
    return {
      ...config,
      url: one(config.url, 'url'),
      ...(config.headers && { headers: record(config.headers, 'headers') }),
    }
  }
  return {
    ...config,
    command: one(config.command, 'command'),
    ...(config.args && {
      args: config.args.map((arg, index) => map(arg, { kind: 'args', field: `args[${index}]`, name: '' })),
    }),
    ...(config.env && { env: record(config.env, 'env') }),
  }
}

/** All values of a config, by their fields. */
export function valuesOf(config: ServiceConfig): Map<string, string> {
  const values = new Map<string, string>()
  mapValues(config, (value, { field }) => {
    values.set(field, value)
    return value
  })
  return values
}
