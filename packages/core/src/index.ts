// The public surface of @mcpstore/core.
export type { BackendKind, Durability, Finding, HealthState, Logger, Severity } from '@mcpstore/storage'
export { McpStoreError } from '@mcpstore/storage'
export type { AddInput } from './config/read.ts'
export type { RemoteConfig, ServiceConfig, StdioConfig, TransportName } from './config/service-config.ts'
export type {
  AuthClient,
  AuthOption,
  AuthProvider,
  AuthQuestion,
  AuthTokens,
  OAuthProvider,
  TokenProvider,
} from './connections/auth-provider.ts'
export type { CallOptions, RawTool, ServerFacts, ToolResult } from './connections/connector.ts'
export type { StoreContext } from './context.ts'
export type { ErrorCode } from './errors.ts'
export { type HomeOptions, homeFolder } from './home.ts'
export type { Policy, StoreOptions } from './options.ts'
export type { RedisOptions } from './redis-options.ts'
export type { AddOptions, AddReport, AddResult, ChangeReport } from './services/changes.ts'
export type {
  ConnectionPhase,
  FailureNote,
  ServiceFacts,
  ServiceInfo,
  ServiceSummary,
  StatusWord,
} from './services/service-info.ts'
export { setupStore } from './setup-store.ts'
export type { Store, StoreStatus } from './store.ts'
export type { UseOptions } from './tools/call.ts'
export type { ListOptions } from './tools/listing.ts'
export { structuredOf, textOf } from './tools/result-parts.ts'
export type { ListedTool, ToolList, ToolSource } from './tools/tool-list.ts'
export type { TrustOption, TrustQuestion } from './trust/gate.ts'
export type { TrustOptions, TrustReport } from './trust/trust-service.ts'
