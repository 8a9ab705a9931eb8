import type { CommandContext, CommandInput } from '../command.ts'
import { usageError } from '../failures/cli-error.ts'
import { writeJson } from '../output/json.ts'

/** `redis acl [--user NAME]`: what an administrator of Redis tells it, so that a user may use this namespace. */
export async function redis(context: CommandContext, { positionals, values }: CommandInput): Promise<number> {
  const [what] = positionals
  const { user = 'mcpstore' } = values
  if (what !== 'acl') throw usageError(`"redis" knows no "${what}"`, 'Write mcpstore redis acl')
  if (!/^[^\s"'\\\p{C}]+$/u.test(user)) {
    throw usageError(
      '--user is no name of a user in Redis',
      'Use one without spaces, quotes and backslashes.',
    )
  }
  const { redisAclRules } = await import('@mcpstore/core')
  const { json, namespace } = context.settings
  const rules = redisAclRules(namespace)
  const command = `ACL SETUSER ${user} on >PASSWORD ${rules.join(' ')}`
  if (json) writeJson(context.out, { user, namespace, rules, command })
  else context.out.write(`${command}\n`)
  return 0
}
