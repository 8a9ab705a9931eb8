// Stands in the built program for `debug`, with which ioredis would print commands with their values; `--debug` of mcpstore
// shows commands without them. Loading it takes 8 ms.

/** Prints nothing. */
export default function debug(): { enabled: false } {
  return Object.assign(() => {}, { enabled: false } as const)
}
