import { importsOf, type Module, targetOf, withoutComments } from './modules.ts'

/** What files must not do. Of `imports`, `reaches` and `says` a rule has one. */
export interface Rule {
  rule: string
  /** The paths it binds. */
  files: RegExp
  /** Paths among them that are free of it. */
  except?: RegExp
  /** Specifiers that must not be imported. */
  imports?: RegExp
  /** Workspace paths that must not be reached by a relative import. */
  reaches?: (from: string, to: string) => boolean
  /** Code that must not stand there, comments aside. */
  says?: RegExp
}

/** One line for each breach: the file, what it does, and the rule against it. */
export function breaches(modules: readonly Module[], rules: readonly Rule[]): string[] {
  return rules.flatMap((rule) =>
    modules
      .filter(({ path }) => rule.files.test(path) && !rule.except?.test(path))
      .flatMap((module) =>
        offences(module, rule).map((offence) => `${module.path}: ${offence} (${rule.rule})`),
      ),
  )
}

function offences(module: Module, { imports, reaches, says }: Rule): string[] {
  const found = importsOf(module).filter((specifier) => {
    if (imports?.test(specifier)) return true
    return specifier.startsWith('.') && reaches?.(module.path, targetOf(specifier, module)!)
  })
  const said = says === undefined ? null : says.exec(withoutComments(module.source))
  return [...found.map((specifier) => `imports ${specifier}`), ...(said === null ? [] : [`says ${said[0]}`])]
}

/** Every import cycle, as the path around it; type-only imports count. */
export function cycles(modules: readonly Module[]): string[] {
  const known = new Map(modules.map((module) => [module.path, module]))
  const found: string[] = []
  const finished = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push([...trail.slice(start), path].join(' → '))
    const module = known.get(path)
    if (start >= 0 || module === undefined || finished.has(path)) return
    for (const specifier of importsOf(module)) {
      const target = targetOf(specifier, module)
      if (target !== undefined) visit(target, [...trail, path])
    }
    finished.add(path)
  }
  for (const { path } of modules) visit(path, [])
  return found
}

/** The files with more lines than that. */
export function tooLong(modules: readonly Module[], limit: number): string[] {
  return modules
    .map(({ path, source }) => ({ path, lines: source.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path}: ${lines} lines`)
}
