import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { fileURLToPath } from 'node:url'

/** Where the workspace lies, with a slash at the end. */
export const workspaceRoot: string = fileURLToPath(new URL('../../', import.meta.url))

/** A source file: its path from the workspace root, and its text. */
export interface Module {
  path: string
  source: string
}

/** Every TypeScript file of the workspace's packages, apps and tests. */
export function readModules(): Module[] {
  return ['packages', 'apps', 'tests'].flatMap((folder) =>
    readdirSync(`${workspaceRoot}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/(^|\/)(node_modules|dist)\//.test(path))
      .map((path) => `${folder}/${path}`)
      .map((path) => ({ path, source: readFileSync(workspaceRoot + path, 'utf8') })),
  )
}

// Formatted source: a static import or re-export starts a line, and a comment line starts with its sign.
const staticImport =
  /^(?:import|export)\s+(?:(?:type\s+)?(?:[\w$*]+(?:\s+as\s+[\w$]+)?\s*,?\s*)?(?:\{[^}]*\}\s*|\*\s+as\s+[\w$]+\s*)?from\s+)?['"]([^'"]+)['"]/gm
const dynamicImport = /\b(?:import|require|import\.meta\.resolve)\(\s*['"`]([^'"`]+)['"`]/g

/** The specifiers a module imports, in any form: static, type-only, re-exported, dynamic, `require`. */
export function importsOf({ source }: Module): string[] {
  const code = withoutComments(source)
  return [staticImport, dynamicImport].flatMap((form) => [...code.matchAll(form)].map((match) => match[1]!))
}

/** The source without whole comment lines and comments that end a line. */
export function withoutComments(source: string): string {
  return source
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/\*|\*(\s|\/|$))/.test(line))
    .map((line) => line.replace(/ \/\/ .*$/, ''))
    .join('\n')
}

/** The workspace path a specifier leads to, or `undefined` for a package from outside and a built-in. */
export function targetOf(specifier: string, importer: Module): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(importer.path), specifier))
  const own = /^@mcpstore\/([^/]+)(?:\/(.+))?$/.exec(specifier)
  if (own === null) return undefined
  const home = own[1] === 'cli' ? 'apps/cli' : `packages/${own[1]}`
  return `${home}/src/${own[2] === undefined ? '' : `${own[2]}/`}index.ts`
}
