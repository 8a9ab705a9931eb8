// A plugin of the bundler: `import text from './file?raw'` is the text of the file, as in vite.
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

const MARK = '?raw'

export const rawText = {
  name: 'raw-text',
  resolveId: (id, importer) => (id.endsWith(MARK) ? resolve(dirname(importer), id) : null),
  load: (id) => {
    if (!id.endsWith(MARK)) return null
    return `export default ${JSON.stringify(readFileSync(id.slice(0, -MARK.length), 'utf8'))}`
  },
}
