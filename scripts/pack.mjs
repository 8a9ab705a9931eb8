import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Packs every published package as it would be published. Only pnpm replaces `workspace:`, `catalog:` and
 * `publishConfig.exports`, and it need not be installed: npx brings the pinned one. A folder that was filled before
 * is used as it is, so that one run of the checks packs once.
 *
 * @param {string} folder An existing folder, absolute.
 * @returns {{ name: string, version: string, filename: string }[]} `filename` is the absolute path of the tarball.
 */
export function pack(folder) {
  const list = join(folder, 'packed.json')
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8'))
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const command =
    "pnpm -r --filter './packages/*' --filter './apps/*' pack --json --pack-destination \"$PACK_FOLDER\""
  const answer = execFileSync('npx', ['-y', '-p', packageManager, '-c', command], {
    cwd: root,
    env: { ...process.env, PACK_FOLDER: folder },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const packed = JSON.parse(answer).map(({ name, version, filename }) => ({ name, version, filename }))
  writeFileSync(list, JSON.stringify(packed, null, 2))
  return packed
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(pack(process.argv[2])))
}
