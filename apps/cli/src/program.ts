// All that main.ts needs, as one file once it is built: each file costs time at every start.
export { report, runCli } from './cli.ts'
export { processHost } from './process-host.ts'
