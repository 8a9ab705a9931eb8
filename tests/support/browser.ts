import type { Box } from './box.ts'

/** A browser that opens the address it is started with, notes what it was started with, and follows. */
export function fakeBrowser(box: Box): { BROWSER: string } {
  const program = `#!${process.execPath}
require('node:fs').writeFileSync(${JSON.stringify(box.path('opened'))}, JSON.stringify(process.argv.slice(2)))
fetch(process.argv[2])
`
  return { BROWSER: box.write('browser.cjs', program, 0o755) }
}

/** Signs in at an address in a browser of another machine, and answers the address that it ends at, where nothing is. */
export async function signedInElsewhere(address: string): Promise<string> {
  const { headers } = await fetch(address, { redirect: 'manual' })
  return headers.get('location')!
}
