import { McpStoreError } from '@mcpstore/storage'
import { fillMasks, holdsMask } from '../config/masks.ts'
import type { ParsedServices } from '../config/parse.ts'
import { configError } from '../config/problem.ts'
import type { ServiceConfig } from '../config/service-config.ts'
import type { ErrorCode } from '../errors.ts'
import type { House } from '../house.ts'
import type { Service } from './registry.ts'

/**
 * The services with what `***` stands for in them, where what is there is this user's: nobody approves what he was not shown.
 * Others are failures.
 */
export async function fillAll(house: House, { services, failures }: ParsedServices): Promise<ParsedServices> {
  const filled: ParsedServices = { services: [], failures: [...failures] }
  for (const one of services) {
    const before = holdsMask(one.config) ? house.registry.findOwn(one.name) : undefined
    const own = (await isOurs(house, before)) ? before : undefined
    try {
      filled.services.push({ ...one, config: filledIn(one.name, one.config, own) })
    } catch (thrown) {
      if (!(thrown instanceof McpStoreError)) throw thrown
      filled.failures.push({ name: one.name, error: thrown as McpStoreError<ErrorCode> })
    }
  }
  return filled
}

/** The config with what is stored where it reads as that is shown. @throws `bad_config` for `***` that stands for nothing known */
export function filledIn(name: string, given: ServiceConfig, before: Service | undefined): ServiceConfig {
  const { config, masked } = fillMasks(given, before?.config)
  if (masked.length === 0) return config
  throw configError(
    name,
    masked.map((field) => ({
      field,
      message: `${field}: *** stands for a value that is not shown, and none that is kept for it reads so`,
      hint: 'Write the value itself, or a placeholder (${VAR}). What is to stay must read exactly as it is shown, and go to the same host, or be for the same command and arguments.',
    })),
  )
}

/**
 * Whether what is there is this user's, or signed. Of a stranger's config nothing is approved or signed by changing it: what he
 * wrote may still be in it, also where the host would let it run here.
 */
export async function isOurs({ gate }: House, before: Service | undefined): Promise<boolean> {
  if (!before) return false
  await gate.consult([before])
  const by = gate.trustedBy(before)
  return by !== null && by !== 'host'
}
