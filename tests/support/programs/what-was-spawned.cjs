// Loaded before a program with `node --require`: when the program ends, the file that SPAWNED names holds the names of
// the programs that it started itself, as JSON.
const { writeFileSync } = require('node:fs')
const children = require('node:child_process')

const spawned = []
const { spawn } = children.ChildProcess.prototype
children.ChildProcess.prototype.spawn = function (options) {
  spawned.push(options.file)
  return spawn.call(this, options)
}
for (const name of ['spawnSync', 'execFileSync', 'execSync']) {
  const run = children[name]
  children[name] = (file, ...rest) => {
    spawned.push(file)
    return run(file, ...rest)
  }
}
process.on('exit', () => writeFileSync(process.env.SPAWNED, JSON.stringify(spawned)))
