import { readAddInput } from '../additions/add-input.ts'
import { addServices } from '../additions/add-services.ts'
import { confirmOffer } from '../additions/server-offer.ts'
import type { CommandContext, CommandInput } from '../command.ts'
import { withStoreToChange } from '../store/store-session.ts'

/** `add`: registers what the command line describes, or what other clients have; entries that fail do not keep the others out. */
export async function add(context: CommandContext, input: CommandInput): Promise<number> {
  const { positionals, program, values } = input
  if (positionals.length === 0 && !program) {
    const { addFound } = await import('../additions/add-found.ts')
    return addFound(context, values)
  }
  const described = await readAddInput(context, input)
  // Only a document may describe a server that is a stranger's.
  const confirm = positionals.length === 1 && !program ? confirmOffer(context, values) : undefined
  return withStoreToChange(context, (store) =>
    addServices(context, store, described, { values, ...(confirm && { confirm }) }),
  )
}
