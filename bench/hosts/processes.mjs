import { existsSync, readFileSync } from 'node:fs'

/**
 * What a process has running: how many `processes`, which it or these have started, and the memory of all with its own, in
 * bytes (`together`), but for what lies in files, as the program of Node does, which all share. Nothing where there is no `/proc`.
 */
export function startedBy(pid) {
  if (!existsSync('/proc/self/smaps_rollup')) return {}
  const all = [pid]
  for (const one of all) all.push(...childrenOf(one))
  const together = all.reduce((sum, one) => sum + memoryOf(one), 0)
  return { processes: all.length - 1, together }
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
}

function memoryOf(pid) {
  const [, kilobytes] = /^Anonymous:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return Number(kilobytes) * 1024
}
