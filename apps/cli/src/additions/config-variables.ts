import type { ServiceConfig } from '@mcpstore/core'

/** The variables of this machine whose values would go into it; each once. */
export function variablesOf(config: ServiceConfig): string[] {
  return asked(config, /\$\{([A-Za-z_]\w*)/g)
}

/** The variables a config asks for, without a default, that the environment does not have; each once. */
export function unsetVariables(config: ServiceConfig, env: NodeJS.ProcessEnv): string[] {
  return asked(config, /\$\{([A-Za-z_]\w*)\}/g).filter((name) => env[name] === undefined)
}

function asked(config: ServiceConfig, placeholder: RegExp): string[] {
  return [...new Set([...JSON.stringify(config).matchAll(placeholder)].map(([, name = '']) => name))]
}
