import type { ContentSource } from '@mcpstore/core'
import type { CommandContext, CommandInput } from '../command.ts'
import { reportParts } from '../failures/partial-failure.ts'
import { type Group, renderContents } from '../output/content-list.ts'
import { writeJson } from '../output/json.ts'
import { askOptions, servicesOf, whileWaiting, withStore } from '../store/store-session.ts'

/** `resources [SERVICE]`: the resources and the templates of all services, or of one. */
export async function resources(
  context: CommandContext,
  { positionals: [name], values }: CommandInput,
): Promise<number> {
  const { json } = context.settings
  return withStore(context, async (store) => {
    const services = servicesOf(store, values)
    const options = askOptions(context)
    const [listed, templates] = await whileWaiting(
      context,
      `asking ${name ?? 'all services'} for resources`,
      () =>
        Promise.all([services.listResources(name, options), services.listResourceTemplates(name, options)]),
    )
    const sources = listed.services.map((source, at) => joined(source, templates.services[at]))
    if (json) writeJson(context.out, { resources: [...listed], templates: [...templates], services: sources })
    else {
      const groups: Group[] = [
        { one: 'resource', many: 'resources', rows: listed.map((row) => ({ ...row, shown: row.uri })) },
        {
          one: 'template',
          many: 'templates',
          rows: templates.map((row) => ({ ...row, shown: row.uriTemplate })),
        },
      ]
      context.out.write(renderContents(sources, groups, { output: context.out, asked: name }))
    }
    return reportParts(context, sources, { what: 'no resources could be listed' })
  })
}

/** A service of which one of both could not be listed has failed. */
function joined(resource: ContentSource, template: ContentSource | undefined): ContentSource {
  return template?.error && !resource.error ? { ...resource, error: template.error } : resource
}
