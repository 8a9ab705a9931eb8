import type { ServiceConfig } from '@mcpstore/core'

/** The variables a config asks for, without a default, that the environment does not have; each once. */
export function unsetVariables(config: ServiceConfig, env: NodeJS.ProcessEnv): string[] {
  const asked = JSON.stringify(config).matchAll(/\$\{([A-Za-z_]\w*)\}/g)
  const names = new Set([...asked].map(([, name = '']) => name))
  return [...names].filter((name) => env[name] === undefined)
}
