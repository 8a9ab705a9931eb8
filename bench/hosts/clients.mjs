/** A host of bare SDK clients, which are asked the same way in both lines; `make` says how one and its transport are made. */
export async function connectClients(servers, make) {
  const connected = Object.entries(servers).map(async ([service, server]) => {
    const client = make.client()
    await client.connect(make.transport(server))
    return [service, client]
  })
  const clients = new Map(await Promise.all(connected))
  return {
    async listTools() {
      const listed = [...clients].map(async ([service, client]) => {
        const { tools } = await client.listTools()
        return tools.map(({ name }) => `${service}/${name}`)
      })
      return (await Promise.all(listed)).flat()
    },
    caller: (service, tool) => async (args) => {
      const { content } = await clients.get(service).callTool({ name: tool, arguments: args })
      return content[0].text
    },
    close: () => Promise.all([...clients.values()].map((client) => client.close())),
  }
}
