import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pictureOf } from './picture.mjs'
import { legend, timetableOf } from './timetable.mjs'

// Puts the last timeline of outages into its page: `node bench/outage/publish.mjs`. What people wrote there stays.
const PAGE = new URL('../../docs/outage-timeline.md', import.meta.url)
const PICTURES = new URL('../../docs/outage/', import.meta.url)
const BEGIN = '<!-- measured -->'
const END = '<!-- /measured -->'

const { at, machine, versions, load, faults } = JSON.parse(
  readFileSync(new URL('../results/outage.json', import.meta.url), 'utf8'),
)
const date = at.slice(0, 10)
const named = ['bentocache', 'cacheable', '@keyv/redis', 'ioredis'].filter((name) => versions[name])
const where = [
  `${date}, ${machine.cpu}, ${machine.cores} cores, ${machine.system}, a load of ${load.before} before and ${load.after} after;`,
  `mcpstore ${versions.mcpstore}, Node ${versions.node}, Redis ${versions['redis-server']}, ${named.map((name) => `${name} ${versions[name]}`).join(', ')}.`,
].join('\n')

mkdirSync(PICTURES, { recursive: true })
const sections = faults.map((fault) => {
  writeFileSync(new URL(`${fault.name}.svg`, PICTURES), pictureOf(fault, { at: date }))
  const picture = `![${fault.title}: the same as the table below, as a picture](outage/${fault.name}.svg)`
  const said = fault.sides[0].said[0].replaceAll('`', "'")
  return `### ${fault.title}\n\n${picture}\n\nIt was so by its own word: \`${said}\`\n\n${timetableOf(fault)}`
})
const page = readFileSync(PAGE, 'utf8')
const [before, rest] = page.split(BEGIN)
const after = rest.split(END)[1]
writeFileSync(PAGE, `${before}${BEGIN}\n\n${[where, legend, ...sections].join('\n\n')}\n\n${END}${after}`)
