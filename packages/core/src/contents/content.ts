import type { ErrorNote } from '../errors.ts'

/** A resource exactly as its server described it; unknown fields are kept. */
export interface RawResource {
  uri: string
  name?: string
  title?: string
  description?: string
  mimeType?: string
  [field: string]: unknown
}

/** A family of resources: the URI of each is made from a template (RFC 6570). */
export interface RawResourceTemplate {
  uriTemplate: string
  name?: string
  title?: string
  description?: string
  mimeType?: string
  [field: string]: unknown
}

/** A prompt exactly as its server described it. */
export interface RawPrompt {
  name: string
  title?: string
  description?: string
  arguments?: { name: string; description?: string; required?: boolean; [field: string]: unknown }[]
  [field: string]: unknown
}

export interface ListedResource extends RawResource {
  service: string
}

export interface ListedResourceTemplate extends RawResourceTemplate {
  service: string
}

export interface ListedPrompt extends RawPrompt {
  /** `service/prompt`, the address that is always unambiguous. */
  name: string
  service: string
  /** The name its server gave it. */
  prompt: string
}

/** One service's part of a listing. */
export interface ContentSource {
  name: string
  /** Whether its server has such things at all; `null` where that is not known. */
  offered: boolean | null
  /** Why its part is missing. */
  error?: ErrorNote
}

/** What was listed as an array, with one entry of `services` for each service that was asked, failing ones included. */
export interface ContentList<Entry> extends ReadonlyArray<Entry> {
  readonly services: readonly ContentSource[]
}

/** What a server answered to `resources/read`, whole. */
export interface ReadResult {
  contents?: { uri?: string; mimeType?: string; text?: string; blob?: string; [field: string]: unknown }[]
  [field: string]: unknown
}

/** What a server answered to `prompts/get`, whole. */
export interface PromptResult {
  description?: string
  messages?: {
    role?: string
    content?: { type: string; [field: string]: unknown }
    [field: string]: unknown
  }[]
  [field: string]: unknown
}

/** What a server answered to `completion/complete`, whole. */
export interface CompletionResult {
  completion: { values: string[]; total?: number; hasMore?: boolean; [field: string]: unknown }
  [field: string]: unknown
}
