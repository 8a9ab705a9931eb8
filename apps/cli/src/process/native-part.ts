// Stands in the built program for the packages that libsql asks for its native part's name (@neon-rs/load, detect-libc).
import { readFileSync } from 'node:fs'

export const GLIBC = 'glibc'
export const MUSL = 'musl'

/** The name of the native part for this machine. */
export function currentTarget(): string {
  const { platform, arch } = process
  if (platform === 'win32') return `win32-${arch}-msvc`
  if (platform !== 'linux') return `${platform}-${arch}`
  const abi = familySync() === GLIBC ? 'gnu' : 'musl'
  return arch === 'arm' ? `linux-arm-${abi}eabihf` : `linux-${arch}-${abi}`
}

/** Which C library Linux has: as `ldd` says, otherwise as Node's report does, which takes 5 ms and so comes last. */
export function familySync(): typeof GLIBC | typeof MUSL {
  const ldd = lddScript()
  if (ldd.includes('musl')) return MUSL
  if (ldd.includes('GLIBC')) return GLIBC
  const { header } = process.report.getReport() as unknown as { header: object }
  return 'glibcVersionRuntime' in header ? GLIBC : MUSL
}

/** A native part that was built beside libsql itself; a program has none. */
export function load(): undefined {}

function lddScript(): string {
  try {
    return readFileSync('/usr/bin/ldd', 'utf8')
  } catch {
    return ''
  }
}
