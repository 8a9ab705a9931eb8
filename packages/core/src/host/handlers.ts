import type { Scope } from '@mcpstore/storage'

/** Who asks, and until when: `signal` is aborted when nobody waits for the answer any more. */
export interface Asking {
  service: string
  /** Whose service it is: the store and each agent may have one of this name. */
  scope: Scope
  signal: AbortSignal
}

/** What a server wants a model to continue, with all that it says of how. */
export interface SamplingRequest {
  messages: { role: 'user' | 'assistant'; content: unknown }[]
  maxTokens?: number
  systemPrompt?: string
  temperature?: number
  stopSequences?: string[]
  modelPreferences?: Record<string, unknown>
  [field: string]: unknown
}

/** What the model said. */
export interface SamplingAnswer {
  role: 'assistant'
  /** One block of content, `{ type: 'text', text }` most of the time, or a list of them. */
  content: unknown
  /** The name of the model. */
  model: string
  stopReason?: string
  [field: string]: unknown
}

/** What a server wants to know of the user. */
export interface ElicitationRequest {
  message: string
  requestedSchema: ElicitationForm
  [field: string]: unknown
}

/** The form to fill in: a JSON schema of a flat object, with a schema for each field. */
export interface ElicitationForm {
  properties: Record<string, Record<string, unknown>>
  required?: string[]
  [keyword: string]: unknown
}

/** Where a server wants to send the user: what he does there is between the two. */
export interface UrlElicitationRequest {
  mode: 'url'
  message: string
  /** Show it to the user, and open it only if he agrees. */
  url: string
  elicitationId: string
  [field: string]: unknown
}

/**
 * How a host asks the user: by a form, by an address to open, or both; one function is for forms alone. `urlDone` hears from
 * the server that the user is done at an address that was accepted.
 */
export type ElicitationHandler =
  | FormHandler
  | { form?: FormHandler; url?: UrlHandler; urlDone?: UrlDoneHandler }

type FormHandler = (
  request: ElicitationRequest,
  asking: Asking,
) => ElicitationAnswer | Promise<ElicitationAnswer>
type UrlHandler = (
  request: UrlElicitationRequest,
  asking: Asking,
) => ElicitationAnswer | Promise<ElicitationAnswer>
type UrlDoneHandler = (
  done: { elicitationId: string },
  asked: Pick<Asking, 'service' | 'scope'>,
) => void | Promise<void>

/** What the user said to it. Fields that `content` leaves out get the defaults of the form. */
export interface ElicitationAnswer {
  action: 'accept' | 'decline' | 'cancel'
  /** The filled in form, with `accept`. */
  content?: Record<string, unknown>
}

/** A folder or file that servers may work in: its absolute path, its `file://` address, or that with a name. */
export type Root = string | { uri: string; name?: string }

/** How serious a message is, from the least to the most. */
export type LogLevel = 'debug' | 'info' | 'notice' | 'warning' | 'error' | 'critical' | 'alert' | 'emergency'

/** What a server reports; secrets of its config are hidden. */
export interface ServerLog {
  service: string
  /** Whose service it is. */
  scope: Scope
  level: LogLevel
  /** The part of the server it comes from. */
  logger?: string
  data: unknown
}

/** What a host does for servers that ask. A server is told only of what is given. */
export interface HostHandlers {
  /** Lets a model of the host answer. */
  sampling?:
    | ((request: SamplingRequest, asking: Asking) => SamplingAnswer | Promise<SamplingAnswer>)
    | undefined
  /** Lets the user fill in a form, or open an address. */
  elicitation?: ElicitationHandler | undefined
  /** Where servers may work. */
  roots?: (readonly Root[] | ((asking: Asking) => readonly Root[] | Promise<readonly Root[]>)) | undefined
  /** Hears what servers report; with `level` nothing less serious, and those that can are not even asked for it. */
  logging?: ((log: ServerLog) => void) | { level: LogLevel; handler: (log: ServerLog) => void } | undefined
}
