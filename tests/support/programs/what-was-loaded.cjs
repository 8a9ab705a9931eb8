// Loaded before a program with `node --require`: when the program ends, the file that LOADED names holds what it loaded,
// as JSON: `files`, and `builtins`, the modules of Node itself that were not there before.
const { writeFileSync } = require('node:fs')

const before = new Set(process.moduleLoadList)
process.on('exit', () => {
  const builtins = process.moduleLoadList
    .filter((entry) => !before.has(entry) && entry.startsWith('NativeModule '))
    .map((entry) => entry.slice('NativeModule '.length))
  writeFileSync(process.env.LOADED, JSON.stringify({ files: Object.keys(require.cache), builtins }))
})
