import { inspect } from 'node:util'
import { setupStore } from '@mcpstore/core'
import { obey } from './obey.mjs'

// A host that prints all it can: the debug log, each event, each error with all that hangs on it, and its store.
const events = [
  ...['serviceAdded', 'serviceUpdated', 'serviceRemoved', 'toolsChanged', 'toolsDiffer', 'statusChanged'],
  ...['assignmentChanged', 'statsChanged', 'malformed', 'conflict', 'storageChanged'],
]
const whole = (value) =>
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, maxStringLength: null })

const store = await setupStore({ ...JSON.parse(process.argv[2]), debug: true })
console.log(whole(store), whole(store.forStore()))
for (const name of events) store.events.on(name, (event) => console.log(name, whole(event)))
obey(store, { onError: (error) => console.error(whole(error)) })
