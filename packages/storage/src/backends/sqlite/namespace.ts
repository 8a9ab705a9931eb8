import { existsSync, statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type DataspaceFacts, seenAt } from '../../dataspace-facts.ts'
import { BUSY_TIMEOUT_MS, loadLibsql } from './database.ts'
import { classify, somethingElse } from './errors.ts'
import { localFiles } from './location.ts'

/** The dataspaces of a namespace that have a file below `home`. */
export interface LocalDataspaces {
  /** In order of their names. */
  dataspaces: DataspaceFacts[]
  /** Files of dataspaces whose names cannot be told, as they are too long for a file name. */
  unnamed: string[]
}

/** Looks at the files of a namespace below `home`; nothing is made or written. @throws `BackendError` */
export async function localDataspaces(home: string, namespace: string): Promise<LocalDataspaces> {
  const files = await localFiles(home, namespace).catch((thrown) => {
    throw classify(thrown, thrown.path)
  })
  const dataspaces: DataspaceFacts[] = []
  for (const { file, name } of files) if (name !== undefined) dataspaces.push(await factsOfFile(file, name))
  return {
    dataspaces: dataspaces.sort((a, b) => (a.name < b.name ? -1 : 1)),
    unnamed: files.flatMap(({ file, name }) => (name === undefined ? [file] : [])),
  }
}

/** What can be told of the dataspace in a file without opening it as one of those who use it; never throws. */
export async function factsOfFile(file: string, name: string): Promise<DataspaceFacts> {
  let told: DataspaceFacts = { name, keys: null, bytes: null, lastSeen: null, age: null }
  try {
    const stats = [file, `${file}-wal`].flatMap((path) => statSync(path, { throwIfNoEntry: false }) ?? [])
    const written = Math.max(...stats.map(({ mtimeMs }) => mtimeMs))
    const bytes = stats.reduce((sum, { size }) => sum + size, 0)
    told = { ...told, bytes, ...seenAt(stats.length > 0 ? written : undefined, Date.now()) }
    return { ...told, keys: bytes === 0 ? 0 : await keysIn(file) }
  } catch (thrown) {
    return { ...told, problem: classify(thrown, file).message }
  }
}

/** How many records and statistics a file holds. */
async function keysIn(file: string): Promise<number> {
  const Database = await loadLibsql()
  // Without a log nobody is at work, and reading as usual would make one.
  const how = existsSync(`${file}-wal`) ? 'mode=ro' : 'immutable=1'
  const db = new Database(`${pathToFileURL(file)}?${how}`, { timeout: BUSY_TIMEOUT_MS })
  try {
    const isOurs = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'records'").all().length > 0
    if (!isOurs) throw somethingElse(file)
    const count = '(SELECT count(*) FROM records) + (SELECT count(DISTINCT key) FROM counters)'
    return (db.prepare(`SELECT ${count} AS keys`).get() as { keys: number }).keys
  } finally {
    db.close()
  }
}
