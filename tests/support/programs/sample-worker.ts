import { Dataspace } from '@mcpstore/storage'
import { answerRequests } from '../worker-requests.ts'

const [greeting] = process.argv.slice(2)

/** A worker for the tests of workers. */
export const requests = {
  greet: async (name: string): Promise<string> => `${greeting}, ${name}`,
  echo: (value: unknown): unknown => value,
  source: (): { resolved: string; opens: string } => ({
    resolved: import.meta.resolve('@mcpstore/storage'),
    opens: typeof Dataspace,
  }),
  fail: (): never => {
    throw Object.assign(new TypeError('no luck'), { code: 'bad_luck' })
  },
  print: (text: string): boolean => process.stderr.write(text),
  rejectUnseen: (): void => {
    process.on('unhandledRejection', () => {})
    void Promise.reject(new Error('nobody looks'))
  },
  hang: (): Promise<void> => new Promise(() => {}),
  planted: (): string => 'original',
}

answerRequests(requests)
