// Builds the program in the current folder, with the workspace's libraries in it, as CommonJS: Node starts that faster
// than ES modules, and what every start loads is as few files as it can be. docs/performance.md has the figures.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { rawText } from './raw-text.mjs'

const manifest = JSON.parse(readFileSync('package.json', 'utf8'))
const installed = Object.keys(manifest.dependencies)
// The library that is pinned together with its native parts; these are all of it that is installed.
const libsql = dirname(createRequire(resolve('../../packages/storage/package.json')).resolve('libsql'))

/** What showing services and tools takes, with all that it imports. */
const shows = [
  'cli/src/command-line/load-command',
  'cli/src/command-line/settings',
  'cli/src/commands/grep',
  'cli/src/commands/info',
  'cli/src/commands/list',
  'cli/src/commands/list-tools',
  'cli/src/output/service-info',
  'cli/src/store/open-store',
  'core/src/index',
  'core/src/pins/pin-keeper',
  'core/src/tools/search/search-tools',
]
/** What is loaded together is one file. */
const files = [
  { name: 'main', test: /\/cli\/src\/main\.ts$/, priority: 3 },
  { name: 'program', test: /\/cli\/src\/program\.ts$/, priority: 2 },
  { name: 'list', test: new RegExp(`/(${shows.join('|')})\\.ts$`), priority: 1 },
]

rmSync('dist', { recursive: true, force: true })
const bundle = await rolldown({
  input: { main: resolve('src/main.ts') },
  platform: 'node',
  external: isInstalled,
  resolve: {
    conditionNames: ['@mcpstore/source'],
    alias: {
      '@neon-rs/load': resolve('src/process/native-part.ts'),
      'detect-libc': resolve('src/process/native-part.ts'),
      debug: resolve('src/process/no-debug.ts'),
    },
  },
  plugins: [
    rawText,
    { name: 'libsql', resolveId: (id) => (id === 'libsql' ? id : null), load: loadLibsql },
    { name: 'builtins-of-others-when-used', transform: othersBuiltinsWhenUsed },
    { name: 'commands-of-ioredis', transform: commandsOfIoredis },
  ],
  transform: { define: { 'process.env.LIBSQL_JS_DEV': 'undefined' } },
})
const { output } = await bundle.write({
  dir: 'dist',
  format: 'cjs',
  // One other character, and V8 has two bytes for each of a file.
  charset: 'ascii',
  comments: false,
  plugins: [{ name: 'builtins-when-used', renderChunk: builtinsWhenUsed }],
  chunkFileNames: '[name]-[hash].js',
  codeSplitting: { groups: files },
})
await bundle.close()
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n')
writeFileSync('dist/licenses.txt', licensesOf(output.flatMap(({ moduleIds = [] }) => moduleIds)))

/** As an ES module, which has to work anew when it is asked for again after it failed. */
function loadLibsql(id) {
  return id === 'libsql' ? `export { default } from ${JSON.stringify(join(libsql, 'index.js'))}` : null
}

/** Whether a package stays outside, as the program's manifest has it installed with the program. */
function isInstalled(id) {
  const [, name] = /^(@[^/]+\/[^/]+|[^@./][^/]*)/.exec(id) ?? []
  return id.startsWith('node:') || installed.includes(name)
}

/**
 * Has Node's own modules loaded where they are first used, not wherever one is imported. They are in the executable, but
 * `node:crypto` and `node:tty` take 2 ms each to start. None is left to an import, with which what V8 compiled cannot be kept.
 */
function builtinsWhenUsed(code) {
  for (const [line, name, load] of code.matchAll(/^let (node_\w+) = (require\("node:[\w/]+"\));\n/gm)) {
    const [before, ...uses] = code.replace(line, '').split(new RegExp(`\\b${name}\\b`))
    if (uses.every((use) => /^\.\w/.test(use)))
      code = uses.reduce((all, use) => all + loaded(all, load, use), before)
  }
  return code.replace(
    /\bimport\("node:[\w/]+"\)/g,
    (load) => `Promise.resolve(${load.replace('import', 'require')})`,
  )
}

/** The same for the packages in the bundle, which are CommonJS. */
function othersBuiltinsWhenUsed(code, id) {
  if (!/[\\/]node_modules[\\/]/.test(id)) return null
  const imports = code.matchAll(
    /^(?:const|var) (\w+) = (require\(["'](?:assert|crypto|dns|tls)["']\));\r?\n/gm,
  )
  return [...imports].reduce((before, [line, name, load]) => {
    const rest = before.replace(line, '')
    return rest.replace(new RegExp(`(?<![.\\w'"])${name}(?=[.(])`, 'g'), load)
  }, code)
}

/**
 * ioredis makes 500 methods of a prototype one by one, and V8 copies a prototype's table at each, which takes 10 ms. It keeps
 * one that lost a property in a form that grows in place.
 */
function commandsOfIoredis(code, id) {
  if (!/[\\/]ioredis[\\/]built[\\/]utils[\\/]Commander\.js$/.test(id)) return null
  const [before, after, ...more] = code.split('commands.forEach(')
  if (after === undefined || more.length > 0) throw new Error('ioredis makes its methods in another way now')
  return `${before}Commander.prototype.lost = null;\ndelete Commander.prototype.lost;\ncommands.forEach(${after}`
}

/** What stands in place of a name. What `new` makes is what the module has, not the module. */
function loaded(before, load, use) {
  const [member] = /^\.\w+/.exec(use)
  return /\bnew $/.test(before) ? `(${load}${member})${use.slice(member.length)}` : load + use
}

/** The licenses of the packages that these modules are of. */
function licensesOf(modules) {
  const folders = modules.map((id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0])
  const packages = [...new Set([libsql, ...folders])].filter((folder) => folder !== undefined)
  const texts = packages.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    if (file === undefined) throw new Error(`${name} has no license beside it`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
  })
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`)
}
