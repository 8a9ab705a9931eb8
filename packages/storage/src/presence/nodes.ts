/** What a backend keeps of a process that has the dataspace open; as it was read, so validate it before use. */
export interface NodeNote {
  id: string
  /** When it last said that it is here, ms since 1970 by the clock of the backend. */
  last: number
  /** What it tells of itself, JSON. */
  about: string
}

/** What a process tells of itself. */
export interface NodeFacts {
  host: string | null
  pid: number | null
  /** ISO 8601. */
  started: string | null
  /** Of mcpstore. */
  version: string | null
  /** Where it was told to keep the dataspace; whether that answers it now, only its own status says. */
  backend: 'redis' | 'sqlite' | 'memory' | null
}

/** A process that has the dataspace open, or had and is gone without a word. */
export interface DataspaceNode extends NodeFacts {
  id: string
  /** Whether it is this process. */
  self: boolean
  /** Whether it said of late that it is here, and runs, where that can be seen from here. */
  alive: boolean
  /** When it last said so, ISO 8601. */
  lastBeat: string
}

/** More than a process tells of itself is nothing that a process tells of itself. */
export const MOST_ABOUT: number = 2000

const LONGEST_TEXT = 255
const BACKENDS: readonly unknown[] = ['redis', 'sqlite', 'memory']

/** What a process has told of itself, and what only other processes need; each is `null` where it is not what it must be. */
export function readAbout(about: string): NodeFacts & { beatMs: number | null; space: string | null } {
  const told = objectOf(about)
  const text = (name: string) => {
    const value = told[name]
    return typeof value === 'string' && value.length <= LONGEST_TEXT ? value : null
  }
  const natural = (name: string) => {
    const value = told[name]
    return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null
  }
  const started = text('started')
  return {
    host: text('host'),
    pid: natural('pid'),
    started: started !== null && !Number.isNaN(Date.parse(started)) ? started : null,
    version: text('version'),
    backend: BACKENDS.includes(told['backend']) ? (told['backend'] as NodeFacts['backend']) : null,
    beatMs: natural('beatMs'),
    space: text('space'),
  }
}

function objectOf(json: string): Record<string, unknown> {
  if (json.length > MOST_ABOUT) return {}
  try {
    const value = JSON.parse(json)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
