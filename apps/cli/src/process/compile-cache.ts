import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import * as nodeModule from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** Compiling less than this takes no longer than reading what was kept of it. */
const WORTH_KEEPING_CHARACTERS = 16_384
/** What has to be free where they are kept, so that no service is ever the one that does not fit. */
const ROOM_BYTES = 64 * 1024 * 1024
/** What nobody has written anew for so long is of a version that is gone, or is soon kept again. */
const OLD_MS = 30 * 24 * 60 * 60 * 1000
const NOTHING = Buffer.alloc(0)

/** The parts of Node's module loader that are used here. */
interface Loader {
  wrap(code: string): string
  prototype: { _compile(this: NodeJS.Module, code: string, filename: string): unknown }
}
type Wrapped = (this: unknown, ...names: [object, NodeJS.Require, NodeJS.Module, string, string]) => unknown

/** What of the program was compiled in this run. */
export interface CompileCache {
  /** What is loaded from here on is kept for a command. */
  keepFor(command: string | undefined): void
  /** Keeps what is new. Never throws: it is compiled again otherwise. */
  save(): void
}

/** Whether a run went on to load packages, as to reach a server: then it needs more of the program than one that reads. */
type Kind = 'own' | 'packages'

/** A file as it was compiled, for which command, and by which kind of run what was used had been kept. */
interface Compiled {
  readonly file: string
  readonly command: string
  readonly script: Script
  readonly from: Kind
}

/**
 * Has the program's own files compiled once per machine, not once per start: what V8 made of them is kept in `compiled` of
 * the home folder, where there is one. Node can do that from 22.8 on, but keeps for all what the first command needed, as V8
 * compiles only the functions that are called. Here it is kept for each command, and for each kind of run of it; packages are
 * left to Node, where it can. `NODE_DISABLE_COMPILE_CACHE` turns it off, as for Node itself.
 *
 * V8 runs what it finds there, so only a file of this user's that nobody else may write is read, and Node is told of the folder
 * only if that is so of it; a program that was built anew has other file names, and V8 refuses what another version has made.
 */
export function keepCompiled(home: string, env: NodeJS.ProcessEnv): CompileCache {
  if (env['NODE_DISABLE_COMPILE_CACHE'] || !existsSync(home)) return { keepFor() {}, save() {} }
  const folder = join(home, 'compiled')
  let command = 'any'
  let kind: Kind = 'own'
  const compiled: Compiled[] = []
  const pathOf = (file: string, by: string, of: Kind) =>
    join(folder, `${by}.${of}.${file}-${process.versions.v8}-${process.arch}`)
  const loader = nodeModule.Module as unknown as Loader
  const own = dirname(__filename)
  const compile = loader.prototype._compile
  loader.prototype._compile = function (code, filename) {
    const isOwn = dirname(filename) === own
    // What V8 keeps of a dynamic import does not know whom to ask for the module.
    const imports = isOwn && code.includes('import(')
    if (imports && kind === 'own') {
      kind = 'packages'
      leaveToNode(folder)
    }
    if (!isOwn || imports || code.length < WORTH_KEEPING_CHARACTERS) return compile.call(this, code, filename)
    const file = basename(filename)
    const kept = readOwn(pathOf(file, command, 'own'))
    const cachedData = kept ?? readOwn(pathOf(file, command, 'packages'))
    const script = new Script(loader.wrap(code), { filename, cachedData })
    compiled.push({ file, command, script, from: kept ? 'own' : 'packages' })
    const run: Wrapped = script.runInThisContext()
    return run.call(this.exports, this.exports, nodeModule.createRequire(filename), this, filename, own)
  }
  return {
    keepFor(name = command) {
      command = name
    },
    save() {
      const fresh = new Map<string, () => Buffer>()
      for (const { file, command, script, from } of compiled) {
        const path = pathOf(file, command, kind)
        if (script.cachedDataRejected !== false) fresh.set(path, () => script.createCachedData())
        // V8 would keep again what it was given, so the next run is given none.
        else if (kind === 'own' && from === 'packages') fresh.set(path, () => NOTHING)
      }
      if (fresh.size > 0) writeAll(folder, fresh)
    },
  }
}

/** A file of this user's that nobody else may write; `undefined` for another, and for none. */
function readOwn(path: string): Buffer | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    return isOwn(fstatSync(file)) ? readFileSync(file) : undefined
  } catch {
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Makes a folder that only this user may write, if there is none. Answers whether it is one. */
function makeOwn(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return isOwn(statSync(folder))
  } catch {
    return false
  }
}

function isOwn({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0)
}

function hasRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize >= ROOM_BYTES
}

/** From here on Node keeps what it compiles. It would make the folder for the group, too, and looks at nobody's files. */
function leaveToNode(folder: string): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: (folder: string) => void }
  if (enableCompileCache && makeOwn(folder) && hasRoom(folder)) enableCompileCache(folder)
}

/** Writes each file whole or not at all. What cannot be kept is compiled again next time, so nothing is said of it. */
function writeAll(folder: string, fresh: ReadonlyMap<string, () => Buffer>): void {
  try {
    if (!makeOwn(folder) || !hasRoom(folder)) return
    for (const [path, made] of fresh) writeWhole(path, made())
    for (const name of readdirSync(folder)) {
      const path = join(folder, name)
      if (Date.now() - statSync(path).mtimeMs > OLD_MS) rmSync(path, { recursive: true })
    }
  } catch {
    // A disk that became full, or a folder that may only be read.
  }
}

function writeWhole(path: string, data: Buffer): void {
  const draft = `${path}.${process.pid}.tmp`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeFileSync(file, data)
    fsyncSync(file)
    renameSync(draft, path)
  } finally {
    closeSync(file)
    rmSync(draft, { force: true })
  }
}
