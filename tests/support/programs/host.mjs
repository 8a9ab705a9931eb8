import { setupStore } from '@mcpstore/core'
import { obey } from './obey.mjs'

// Opens a store with the options of its argument and does what it is told.
obey(await setupStore(JSON.parse(process.argv[2])))
