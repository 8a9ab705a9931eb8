import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where the peers lie, and their lockfile. */
export const peersFolder = fileURLToPath(new URL('.', import.meta.url))
/** The first version of Node on which all peers run. */
const NODE = 24

/** Installs the peers when they are not installed as the lockfile says. @throws when that fails */
export function installPeers(folder = peersFolder) {
  if (isInstalled(folder)) return
  console.error(`installing the peers into ${folder} …`)
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error(`the peers could not be installed (npm ci: ${error?.message ?? status})`)
}

/** Whether what is installed is what the lockfile says. */
export function isInstalled(folder) {
  const wanted = packagesIn(join(folder, 'package-lock.json'))
  const found = packagesIn(join(folder, 'node_modules', '.package-lock.json'))
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const known = found[path]
    return known === undefined ? path === '' || optional === true : known.version === version
  })
}

function packagesIn(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {}
}

/** The program of the Node that peers are measured on: this one, or the one that is installed with them. @throws when there is none */
export function nodeForPeers(folder = peersFolder, { version = process.versions.node } = {}) {
  if (Number.parseInt(version, 10) >= NODE) return process.execPath
  const program = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(program)) return program
  throw new Error(
    `the peers need Node ${NODE}, this is ${version}, and none is installed with them for ${process.platform}-${process.arch}: run it with Node ${NODE}`,
  )
}
