import { once } from 'node:events'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Box } from '../support/box.ts'
import { addServices, documentOf, errorOf, mcpstore, program } from '../support/mcpstore.ts'
import { fixtureServer } from '../support/servers.ts'
import { shownOnTerminal } from '../support/terminal.ts'

const png = Buffer.from('89504e470d0a1a0a', 'hex')
const image = { type: 'image', mimeType: 'image/png', data: png.toString('base64') }
const resource = (fields: object) => ({ type: 'resource', resource: fields })
const answers = {
  picture: { content: [{ type: 'text', text: 'here' }, image] },
  files: {
    content: [
      { type: 'audio', mimeType: 'audio/wav', data: 'UklGRg==' },
      resource({ uri: 'file:///etc/../../.bashrc', mimeType: 'text/x-sh', blob: 'ZWNobw==' }),
      resource({ uri: 'demo://notes/a b/CON?x=1', mimeType: 'text/plain', text: 'hällo' }),
      resource({ uri: 'demo://report.pdf', mimeType: 'application/pdf; v=1', blob: 'JVBERg==' }),
      { ...image, mimeType: 'image/../../evil' },
      { ...image, saved: '/etc/passwd' },
    ],
  },
  broken: { content: [{ ...image, data: '!!! not base64' }, image] },
  forecast: {
    content: [{ type: 'text', text: 'words' }],
    structuredContent: { days: [{ high: 3, sky: 'blue' }, { high: 5 }] },
  },
  text: { content: [{ type: 'text', text: '{"a":{"b":"x\\u001b[2Jy"}}' }] },
  long: { content: [{ type: 'text', text: '😀'.repeat(50) }] },
  odd: { content: [null, 5, { text: 'untyped' }, { type: 'resource' }, { type: 'text', text: 7 }] },
  wrong: { isError: true, content: [{ type: 'text', text: 'no such city' }] },
}

let box: Box

beforeAll(async () => {
  box = new Box()
  const tools = Object.keys(answers).map((name) => ({ name, inputSchema: { type: 'object' } }))
  const settings = {
    toolsFile: box.write('tools.json', tools),
    answersFile: box.write('answers.json', answers),
  }
  await addServices(box, { demo: fixtureServer(box, { ...settings, countFile: box.path('count') }) })
  expect(await mcpstore(box, ['list-tools'])).toMatchObject({ exit: 0 })
})
afterAll(() => box[Symbol.asyncDispose]())

const call = (tool: string, ...options: string[]) => mcpstore(box, ['use-tool', `demo/${tool}`, ...options])
const calls = () =>
  existsSync(box.path('count')) ? readFileSync(box.path('count'), 'utf8').split('\n').length : 0

it('--save puts an image into a file, and never over another one', async () => {
  const first = await call('picture', '--save', 'out/deep')
  expect(first).toEqual({
    exit: 0,
    stdout: 'here\n[image image/png, 8 B, saved to out/deep/picture-2.png]\n',
    stderr: '',
  })
  expect(readFileSync(box.path('out/deep/picture-2.png'))).toEqual(png)
  expect(statSync(box.path('out/deep/picture-2.png')).mode & 0o777).toBe(0o600)
  symlinkSync(box.path('elsewhere'), box.path('out/deep/picture-2-2.png'))
  const { stdout } = await call('picture', '--save', 'out/deep', '--json')
  expect(JSON.parse(stdout).content).toEqual([
    { type: 'text', text: 'here' },
    { type: 'image', mimeType: 'image/png', saved: 'out/deep/picture-2-3.png' },
  ])
  expect(existsSync(box.path('elsewhere')), 'a link is not followed').toBe(false)
})

it('a folder that --save makes is as the umask says, what is in it is for this user alone', async () => {
  const prefix = ['sh', '-c', 'umask 027; exec "$@"', 'sh']
  const saved = await mcpstore(box, ['use-tool', 'demo/picture', '--save', 'shown/deep'], { prefix })
  expect(saved).toMatchObject({ exit: 0 })
  const modes = ['shown', 'shown/deep', 'shown/deep/picture-2.png'].map(
    (path) => statSync(box.path(path)).mode & 0o777,
  )
  expect(modes).toEqual([0o750, 0o750, 0o600])
})

it.runIf(existsSync('/proc/self'))(
  'a folder to save in that /proc cannot hold was made for ever',
  async () => {
    const before = calls()
    for (const folder of ['/proc/x', '/proc/x/deep']) {
      // The loop heard no signal that can be caught.
      const outcome = await mcpstore(box, ['use-tool', 'demo/picture', '--save', folder], {
        prefix: ['timeout', '--signal=KILL', '20'],
      })
      expect(outcome).toMatchObject({
        exit: 1,
        stderr: expect.stringContaining(`error: the folder "${folder}" cannot be made: ENOENT`),
      })
    }
    expect(calls(), 'nothing was called').toBe(before)
  },
)

it('--save makes safe names of what a server says, and stays in the folder', async () => {
  const { exit, stdout } = await call('files', '--save', 'files')
  expect(exit).toBe(0)
  const saved = ['_CON.txt', 'bashrc.bin', 'files-1.wav', 'files-5.bin', 'files-6.png', 'report.pdf']
  expect(readdirSync(box.path('files')).sort()).toEqual(saved.sort())
  expect(readFileSync(box.path('files/_CON.txt'), 'utf8')).toBe('hällo')
  expect(readFileSync(box.path('files/bashrc.bin'), 'utf8')).toBe('echo')
  expect(stdout).not.toContain('/etc/passwd')
  const unsaved = await call('files', '--json')
  expect(documentOf(unsaved), 'without it nothing is taken out').toEqual(answers.files)
})

it('what cannot be saved is said, and what the tool answered is there all the same', async () => {
  const { exit, stdout, stderr } = await call('broken', '--save', 'broken')
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr:
      'error: content 1 was not saved: the server sent it in a form that is not base64\nhint:  The tool did run. Next: mcpstore info demo/broken\n',
  })
  expect(stdout).toContain('saved to broken/broken-2.png')
})

it('a part can be printed beside what is saved, and what the protocol does not know hides nothing', async () => {
  expect(await call('picture', '--save', 'beside', '--extract', '$.content[1].saved')).toEqual({
    exit: 0,
    stdout: 'beside/picture-2.png\n',
    stderr: 'saved to beside/picture-2.png\n',
  })
  expect(await call('odd', '--save', 'beside', '--extract', '$.content[1]')).toMatchObject({
    exit: 0,
    stdout: '5\n',
  })
  expect(await call('files', '--extract', 'a')).toMatchObject({
    exit: 1,
    stdout: '',
    stderr: expect.stringContaining('the result has no a: there is nothing\n'),
  })
})

it('a folder that cannot be is refused before the tool is called', async () => {
  box.write('a-file', '')
  const before = calls()
  for (const folder of ['a-file', 'a-file/below', '']) {
    expect(await call('picture', `--save=${folder}`)).toMatchObject({ exit: 1, stdout: '' })
  }
  mkdirSync(box.path('dry'))
  expect(await call('picture', '--save', 'dry/new', '--dry-run')).toMatchObject({ exit: 0 })
  expect(existsSync(box.path('dry/new'))).toBe(false)
  expect(calls()).toBe(before)
})

it.each([
  ['forecast', 'days[0].high', '3\n'],
  ['forecast', 'days[0]', '{\n  "high": 3,\n  "sky": "blue"\n}\n'],
  ['forecast', 'days[*].high', '3\n5\n'],
  ['forecast', 'days[*]', '{"high":3,"sky":"blue"}\n{"high":5}\n'],
  ['forecast', '$.content[0].text', 'words\n'],
  ['text', 'a.b', 'x\\x1b[2Jy\n'],
])('of %s --extract %s is printed', async (tool, path, stdout) => {
  expect(await call(tool, '--extract', path)).toEqual({ exit: 0, stdout, stderr: '' })
})

it('--extract with --json is a document', async () => {
  expect(documentOf(await call('forecast', '--extract', 'days[*].high', '--json'))).toEqual([3, 5])
  expect(documentOf(await call('forecast', '--extract', 'days[1].high', '--json'))).toBe(5)
})

it('where there is no such thing, stdout is empty and the answer is not lost', async () => {
  const plain = await call('forecast', '--extract', 'days[0].low')
  expect(plain).toEqual({
    exit: 1,
    stdout: '',
    stderr:
      'error: the result has no days[0].low: at days[0] is: high, sky\nhint:  The tool did run; this is what it answered.\nwords\n',
  })
  const json = await call('forecast', '--extract', 'nights', '--json')
  expect([json.exit, json.stdout, errorOf(json).code]).toEqual([1, '', 'no_value'])
  expect(JSON.parse(json.stderr).result).toEqual(answers.forecast)
  const wrong = await call('wrong', '--extract', 'days')
  expect(wrong).toMatchObject({ exit: 2, stdout: 'no such city\n' })
})

it('--max-chars cuts between characters, and says what it cut', async () => {
  const { exit, stdout } = await call('long', '--max-chars', '10')
  expect({ exit, stdout }).toEqual({
    exit: 0,
    stdout: `${'😀'.repeat(10)}\n[cut: 10 of 51 characters are shown]\n`,
  })
  expect((await call('long', '--max-chars', '51')).stdout).toBe(`${'😀'.repeat(50)}\n`)
  expect((await call('forecast', '--extract', 'days', '--max-chars', '5')).stdout).toContain('[cut: 5 of ')
})

it('read-resource saves what is no text', async () => {
  await addServices(box, { docs: fixtureServer(box, { contents: {} }) })
  const read = (uri: string, ...options: string[]) =>
    mcpstore(box, ['read-resource', 'docs', uri, ...options])
  expect(await read('demo://notes/blob', '--save', 'read')).toEqual({
    exit: 0,
    stdout: '[resource demo://notes/blob, image/png, 8 B, saved to read/blob.png]\n',
    stderr: '',
  })
  expect(readFileSync(box.path('read/blob.png'))).toEqual(png)
  expect(documentOf(await read('demo://notes/blob', '--save', 'read', '--json')).contents).toEqual([
    { uri: 'demo://notes/blob', mimeType: 'image/png', futureField: true, saved: 'read/blob-2.png' },
  ])
  expect((await read('demo://notes/one', '--save', 'read', '--max-chars', '4')).stdout).toBe(
    'note\n[cut: 4 of 9 characters are shown]\n',
  )
  expect(readdirSync(box.path('read')).sort()).toEqual(['blob-2.png', 'blob.png'])
})

it('what cannot be is refused before the tool is called', async () => {
  const before = calls()
  for (const options of [
    ['--extract', 'a..b'],
    ['--max-chars', '0'],
    ['--max-chars', '5', '--json'],
  ]) {
    expect(await call('forecast', ...options)).toMatchObject({ exit: 1, stdout: '' })
  }
  expect(calls()).toBe(before)
})

// util-linux has the options of `script` that are used here.
it.runIf(process.platform === 'linux')('on a terminal it is the same', async () => {
  const shown = await shownOnTerminal(box, ['call', 'demo/text', '--extract', 'a.b'], { columns: 80 })
  expect(shown).toBe('x\\x1b[2Jy\n')
  const saved = await shownOnTerminal(box, ['call', 'demo/picture', '--save', 'tty'], { columns: 80 })
  expect(saved).toBe('here\n[image image/png, 8 B, saved to tty/picture-2.png]\n')
})

if (existsSync('/dev/full')) {
  /** What is said where the disk is full under stdout. */
  const withoutRoom = async (line: string) => {
    const full = openSync('/dev/full', 'w')
    const child = box.spawn(process.execPath, [program, ...line.split(' ')], {
      stdio: ['ignore', full, 'pipe'],
    })
    closeSync(full)
    const [stderr, [exit]] = await Promise.all([text(child.stderr!), once(child, 'close')])
    return { exit, stderr }
  }

  it.each([
    ['broken', 'broken', 2],
    // Where no file can be made.
    ['picture', '/proc/self', 5],
  ] as const)(
    'where neither a part nor the answer can be written the call is told (%s)',
    async (tool, folder, exit) => {
      expect(await withoutRoom(`call demo/${tool} --save ${folder}`)).toEqual({
        exit,
        stderr: expect.stringMatching(
          /^error: content \d was not saved: [\s\S]*^error: the tool was called, but its answer could not be written: ENOSPC/m,
        ),
      })
    },
  )

  it('where nothing could be listed nothing is said to have been done', async () => {
    const failing = fixtureServer(box, { toolsFile: box.path('none') })
    await addServices(box, { failing })
    const { exit, stderr } = await withoutRoom('list-tools failing')
    expect(exit).toBe(2)
    expect(stderr).toMatch(/^error: .*failing/)
    expect(stderr).toMatch(/^error: the output could not be written: ENOSPC[^\n]*\n$/m)
    expect(stderr).not.toContain('was done')
  })

  it('with --json there is one error, and it names the call', async () => {
    const said = async (line: string) => {
      const { exit, stderr } = await withoutRoom(line)
      const { code, message, hint } = JSON.parse(stderr).error
      return { exit, code, said: `${message}. ${hint}` }
    }
    expect(await said('call demo/broken --save broken --json')).toEqual({
      exit: 2,
      code: 'server_error',
      said: expect.stringMatching(/^content 1 was not saved: .*\. The tool did run\./),
    })
    expect(await said('call demo/wrong --json')).toEqual({
      exit: 2,
      code: 'not_written',
      said: expect.stringMatching(/^the tool was called, but its answer could not be written/),
    })
    await addServices(box, { failing: fixtureServer(box, { toolsFile: box.path('none') }) })
    expect(await said('list-tools failing --json')).toMatchObject({ exit: 2, code: 'server_error' })
  })
}
