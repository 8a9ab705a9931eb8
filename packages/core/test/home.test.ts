import * as os from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { homeFolder, userHome } from '../src/home.ts'

vi.mock('node:os', { spy: true })
afterEach(() => vi.restoreAllMocks())

/** As in a container that runs as a user whom nobody has heard of. */
function fail(): never {
  throw new Error('uv_os_homedir returned ENOENT')
}

const HOME = '/home/me'

test.each([
  [{ home: '/h' }, '/h'],
  [{ home: 'h', cwd: '/here' }, '/here/h'],
  [{ env: { HOME, MCPSTORE_HOME: '/m' } }, '/m'],
  [{ env: { HOME, XDG_DATA_HOME: '/data' } }, '/data/mcpstore'],
  [{ env: { HOME, XDG_DATA_HOME: 'data' } }, '/home/me/.local/share/mcpstore'],
  [{ env: { HOME } }, '/home/me/.local/share/mcpstore'],
])('the folder of %j', (options, folder) => {
  expect(homeFolder(options)).toBe(folder)
})

test('a folder with the name ~ was made for what a shell had left as it was', () => {
  const env = { HOME, MCPSTORE_HOME: '~/kept' }
  expect(homeFolder({ env })).toBe('/home/me/kept')
  expect(homeFolder({ home: '~/given', env, cwd: '/work' })).toBe('/home/me/given')
  expect(homeFolder({ home: '~', env })).toBe(HOME)
  // Whose home that is no shell was asked.
  expect(homeFolder({ home: '~you/x', env, cwd: '/here' })).toBe('/here/~you/x')
})

test('where HOME is empty the data was put into the current folder: it is where the system has the home', () => {
  vi.mocked(os.homedir).mockReturnValue('')
  const { homedir } = os.userInfo()
  expect(homeFolder({ env: { HOME: '' } })).toBe(join(homedir, '.local/share/mcpstore'))
})

test('with a relative HOME each folder had data of its own: it is where the system has the home', () => {
  vi.mocked(os.homedir).mockReturnValue('rel')
  const { homedir } = os.userInfo()
  expect(homeFolder({ env: { HOME: 'rel' } })).toBe(join(homedir, '.local/share/mcpstore'))
  expect(homeFolder({ env: { HOME: 'rel', MCPSTORE_HOME: '~/x' } })).toBe(join(homedir, 'x'))
})

test('where nobody knows a home the program crashed: now it is where systems say that there is none', () => {
  vi.mocked(os.homedir).mockImplementation(fail)
  vi.mocked(os.userInfo).mockImplementation(fail)
  expect(userHome({})).toBe('/nonexistent')
  expect(homeFolder({ env: {} })).toBe('/nonexistent/.local/share/mcpstore')
  expect(homeFolder({ env: {}, home: 'x' })).toBe(resolve('x'))
})
