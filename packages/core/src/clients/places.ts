import { dirname, posix, win32 } from 'node:path'
import type { Client, FilePlace, Machine } from '../config/dialects/client.ts'

/**
 * Where a client may keep services that matter in a folder, as far as a first one comes before a later one of the same name:
 * what the user keeps elsewhere about single folders, the project files, the nearest first, then the user's.
 * `folders` are the folder itself and those above it, up to the repository's own.
 */
export function placesOf(client: Client, machine: Machine, folders: readonly string[]): FilePlace[] {
  const { join } = machine.platform === 'win32' ? win32 : posix
  const looked = client.upwards ? folders : folders.slice(0, 1)
  return [
    ...(client.otherPlaces?.(machine, folders) ?? []),
    ...looked.flatMap((project) =>
      client.projectFiles.map((file) => ({ file: join(project, file), project })),
    ),
    ...client.userFiles(machine).map((file) => ({ file })),
  ]
}

/** The folder and those above it, up to the one that `isRoot` says is the repository's; without one the folder alone. */
export async function foldersFrom(
  folder: string,
  isRoot: (folder: string) => Promise<boolean>,
): Promise<string[]> {
  const folders: string[] = []
  for (let one = folder; ; one = dirname(one)) {
    folders.push(one)
    if (await isRoot(one)) return folders
    if (dirname(one) === one) return [folder]
  }
}
