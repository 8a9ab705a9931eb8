import { setTimeout as delay } from 'node:timers/promises'
import Database from 'libsql'

// Holds the write lock of a database file until it is ended: node lock-holder.mjs FILE
// With "by turns" it lets go now and then: 25 ms held, 5 ms free. Prints a line when it has the lock for the first time.
const [file, manner] = process.argv.slice(2)
const db = new Database(file, { timeout: 5000 })
db.exec('BEGIN IMMEDIATE')
process.stdout.write('locked\n')
process.stdin.resume().on('end', () => process.exit())
while (manner === 'by turns') {
  await delay(25)
  db.exec('ROLLBACK')
  await delay(5)
  db.exec('BEGIN IMMEDIATE')
}
