const { readFileSync, writeSync } = require('node:fs')

// Loaded before a program: at its end it tells on file descriptor 3 the most memory (RSS) that the process had, in bytes.
process.on('exit', () => writeSync(3, String(highest())))

function highest() {
  // What the kernel counts for resourceUsage() begins with the memory of the process that started this one.
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(kilobytes) * 1024
}
