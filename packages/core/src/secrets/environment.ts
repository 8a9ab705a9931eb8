import type { Secrets } from './secret-option.ts'

type Environment = Record<string, string | undefined>

/**
 * The environment as placeholders see it: a variable that holds one of these secrets is none. Who has the secret may sign
 * whatever he likes, so it is filled into nothing that is sent somewhere.
 */
export function withoutSecrets(env: Environment, secrets: Secrets): Environment {
  if (secrets.length === 0) return env
  const hidden = new Set(secrets.map((secret) => secret.trim()))
  const holdsOne = (value: unknown): boolean =>
    typeof value === 'string' && value.split('\n').some((line) => hidden.has(line.trim().normalize('NFC')))
  return new Proxy(env, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      return holdsOne(value) ? undefined : value
    },
  })
}
