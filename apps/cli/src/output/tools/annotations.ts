import type { ListedTool } from '@mcpstore/core'
import { asSchema } from '../../arguments/argument-types.ts'

/** What a server says of what its tool does: `read-only`, or `destructive`, and `idempotent`. Nobody vouches for it. */
export function annotationWords({ annotations }: ListedTool): string[] {
  const hints = asSchema(annotations) ?? {}
  const isReading = hints['readOnlyHint'] === true
  return [
    ...(isReading ? ['read-only'] : []),
    ...(!isReading && hints['destructiveHint'] === true ? ['destructive'] : []),
    ...(!isReading && hints['idempotentHint'] === true ? ['idempotent'] : []),
  ]
}
