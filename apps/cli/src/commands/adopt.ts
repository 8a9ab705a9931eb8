import type { CommandContext } from '../command.ts'
import { writeJson } from '../output/json.ts'
import { writeNote } from '../output/output.ts'
import { withStoreToChange } from '../store/store-session.ts'

/** `adopt`: adds what the mirror on this machine holds to a dataspace that was begun anew without it. */
export async function adopt(context: CommandContext): Promise<number> {
  return withStoreToChange(context, async (store) => {
    await store.adopt()
    const services = await store.forStore().listServices()
    const names = services.map(({ name }) => name)
    if (context.settings.json) writeJson(context.out, { services: names })
    else
      writeNote(
        context.out,
        `the dataspace has ${names.length === 1 ? '1 service' : `${names.length} services`} now\n`,
      )
    return 0
  })
}
