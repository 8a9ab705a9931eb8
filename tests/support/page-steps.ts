import { type Block, codeBlocks } from './markdown.ts'
import { exchanges } from './transcript.ts'

/** One thing a page has its reader do. */
export interface Step {
  /** What it is, for a complaint. */
  what: string
  line: number
  /** Shell code; `$BLOCKS/<line>` is the text of the block that starts on that line. */
  shell: string
  exit: number
  /** The output the page shows; empty when it shows none. */
  output: string[]
}

export interface Page {
  steps: Step[]
  /** What the page holds that can neither be run nor is only to be read. */
  problems: string[]
  /** First lines of the blocks marked `no-run`. */
  notRun: string[]
  /** The blocks' texts by line. */
  blocks: ReadonlyMap<number, string>
}

const marks: Readonly<Record<string, readonly string[]>> = {
  console: ['no-run', 'exit'],
  js: ['no-run', 'title'],
  json: ['title'],
}
const onlyRead = ['', 'text', 'jsonc', 'ini', 'yaml']

/** What a reader would do with a page, block by block. */
export function readPage(markdown: string): Page {
  const blocks = codeBlocks(markdown)
  const page: Page = {
    steps: [],
    problems: [],
    notRun: [],
    blocks: new Map(blocks.map(({ line, text }) => [line, text])),
  }
  for (const block of blocks) {
    try {
      if (block.marks.has('no-run')) page.notRun.push(block.text.split('\n', 1)[0]!)
      else page.steps.push(...stepsOf(block))
    } catch (error) {
      page.problems.push(`line ${block.line}: ${error instanceof Error ? error.message : error}`)
    }
  }
  page.problems.push(...programsNotRun(blocks, page.steps))
  return page
}

/** A titled js block is only written; some command after it has to run it. */
function programsNotRun(blocks: readonly Block[], steps: readonly Step[]): string[] {
  return blocks.flatMap(({ language, marks, line }) => {
    const title = marks.get('title')
    if (language !== 'js' || title === undefined) return []
    const isRun = steps.some((step) => step.line > line && step.what.includes(title))
    return isRun ? [] : [`line ${line}: no command runs ${title}`]
  })
}

function stepsOf(block: Block): Step[] {
  const { language, line, text } = block
  const unknown = [...block.marks.keys()].find((mark) => !marks[language]?.includes(mark))
  if (unknown !== undefined) throw new Error(`"${unknown}" means nothing on a ${language || 'plain'} block`)
  const title = block.marks.get('title')
  if (language === 'json') JSON.parse(text)
  if (title !== undefined) return [shellStep(block, `write ${title}`, `cp "$BLOCKS/${line}" '${title}'`)]
  if (language === 'js')
    return [shellStep(block, 'js', `cp "$BLOCKS/${line}" "$BLOCKS/${line}.mjs"; node "$BLOCKS/${line}.mjs"`)]
  if (language === 'console') return consoleSteps(block)
  if (language === 'json' || onlyRead.includes(language)) return []
  throw new Error(`a ${language} block cannot be run: write console or js, or mark it no-run`)
}

function shellStep({ line }: Block, what: string, shell: string): Step {
  return { what, line, shell, exit: 0, output: [] }
}

/** Only the last command of a block may fail, and only with the status its `exit` mark names. */
function consoleSteps({ text, line, marks }: Block): Step[] {
  const found = exchanges(text)
  return found.map(({ command, output, offset }, index) => ({
    what: `$ ${command}`,
    line: line + offset,
    shell: command,
    exit: index === found.length - 1 ? Number(marks.get('exit') ?? 0) : 0,
    output,
  }))
}
