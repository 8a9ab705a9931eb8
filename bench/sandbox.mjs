import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { interleaved } from './interleaved.mjs'
import { endLeftovers, killAll } from './leftovers.mjs'
import { measureNode, runNode } from './whole-process.mjs'

/** The built command, which is what users run. */
export const cli = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url))

/** NODE_EXTRA_CA_CERTS alone can double what `node -e 0` takes on Node 20, which flatters what is compared with it. */
const SETTING = /^(MCPSTORE|NODE|XDG|DBUS|MCPORTER|MCPC)_/

/**
 * A folder for one question and the environment of all it runs, the built command among it. Homes, temporary files and
 * compile caches lie in the folder and go with it, and so does what still runs. `pace` says for how long is measured, `peers` whether
 * they are, and `scope` how much is asked.
 */
export function createSandbox({ pace, peers, scope }) {
  const root = mkdtempSync(join(tmpdir(), 'mcpstore-bench-'))
  const folder = (name) => {
    mkdirSync(join(root, name), { recursive: true })
    return join(root, name)
  }
  const remove = () => {
    killAll(root)
    rmSync(root, { recursive: true, force: true })
  }
  const endings = []
  const kept = Object.entries(process.env).filter(([name]) => !SETTING.test(name))
  const env = {
    ...Object.fromEntries(kept),
    HOME: folder('user'),
    MCPSTORE_HOME: folder('home'),
    TMPDIR: folder('tmp'),
  }
  process.once('exit', remove)
  return {
    folder,
    env,
    peers,
    scope,
    /** Measures all sides in turn; see interleaved.mjs. */
    interleaved: (sides, options) => interleaved(sides, { ...options, pace }),
    /** Runs `mcpstore` and answers what it printed. */
    mcpstore: (...args) => runNode([cli, ...args], env),
    /** Runs `mcpstore --json` and answers the document. */
    mcpstoreJson: (...args) => JSON.parse(runNode([cli, ...args, '--json'], env)),
    /** Runs Node and answers what it printed. */
    node: (...args) => runNode(args, env),
    /** A measurement of `mcpstore`, a whole process. */
    measureMcpstore: (...args) => measureNode([cli, ...args], env),
    /** A measurement of Node with these arguments, a whole process. */
    measureNode: (...args) => measureNode(args, env),
    /** What is to be done when the question has been answered; what was asked last is done first. */
    atEnd: (ending) => endings.unshift(ending),
    /** Ends everything that was started here, removes the folder, and answers the ids of what did not end by itself. */
    async remove() {
      try {
        for (const ending of endings) await ending()
        return await endLeftovers(root)
      } finally {
        process.off('exit', remove)
        remove()
      }
    },
  }
}
