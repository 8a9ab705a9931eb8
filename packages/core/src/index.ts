// The public surface of @mcpstore/core.
export type {
  BackendKind,
  DataspaceFacts,
  Durability,
  Finding,
  HealthState,
  Logger,
  Meant,
  Scope,
  Severity,
} from '@mcpstore/storage'
export { McpStoreError, redisAclRules } from '@mcpstore/storage'
export type { AgentContext } from './agent-context.ts'
export type { ClientExport, ExportForOptions } from './clients/export-for.ts'
export type { FindOptions, FoundConfig, FoundService } from './clients/find-configs.ts'
export type { Machine } from './config/dialects/client.ts'
export type { ClientId } from './config/dialects/client-ids.ts'
export type { AddInput } from './config/read.ts'
export type {
  ProtocolChoice,
  RemoteConfig,
  ServiceConfig,
  StdioConfig,
  TransportName,
} from './config/service-config.ts'
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
export type { PrivateAddressOption } from './connections/http/frontier.ts'
export type { Revocation } from './connections/http/revoke.ts'
export type {
  CompleteOptions,
  CompletionArgument,
  CompletionTarget,
} from './contents/complete.ts'
export type {
  CompletionResult,
  ContentList,
  ContentSource,
  ListedPrompt,
  ListedResource,
  ListedResourceTemplate,
  PromptResult,
  RawPrompt,
  RawResource,
  RawResourceTemplate,
  ReadResult,
} from './contents/content.ts'
export type { RequestOptions } from './contents/request.ts'
export type { ReadOptions } from './contents/resources.ts'
export type { StoreContext, WaitOptions } from './context.ts'
export { type DataspaceList, listDataspaces } from './dataspaces.ts'
export type { ErrorCode, ErrorNote } from './errors.ts'
export type { StoreEventMap, StoreEventName, StoreEvents, StoreListener } from './events/events.ts'
export { type HomeOptions, homeFolder } from './home.ts'
export type {
  Asking,
  ElicitationAnswer,
  ElicitationForm,
  ElicitationHandler,
  ElicitationRequest,
  HostHandlers,
  LogLevel,
  Root,
  SamplingAnswer,
  SamplingRequest,
  ServerLog,
  UrlElicitationRequest,
} from './host/handlers.ts'
export type { LogStream, ServiceLogLine } from './logs/log-line.ts'
export type { ServiceLogOptions } from './logs/read-logs.ts'
export type { RedisOptions } from './options/redis-options.ts'
export type { Policy, ServiceLogsOption, StoreOptions } from './options/store-options.ts'
export type { PinMode, ToolChanges } from './pins/tool-changes.ts'
export type { ChangedPart, ToolsDiff } from './pins/tools-diff.ts'
export type { SecretOption } from './secrets/secret-option.ts'
export type { AgentSummary } from './services/agents.ts'
export type { AskOptions } from './services/ask-all.ts'
export type { AssignOptions, AssignReport } from './services/assign.ts'
export type { ServiceCheck } from './services/check.ts'
export type { ConfigFile, ResetReport } from './services/configs.ts'
export type {
  ConnectionPhase,
  FailureNote,
  ServiceFacts,
  ServiceInfo,
  ServiceSummary,
  StatusWord,
  TrustedBy,
} from './services/service-info.ts'
export type { AddOptions, AddReport, AddResult } from './services/writes/add.ts'
export type { ChangeReport } from './services/writes/changes.ts'
export type { ServerOffer } from './services/writes/server-offer.ts'
export { setupStore } from './setup-store.ts'
export type { Store, StoreNode, StoreStatus } from './store.ts'
export type { Opener } from './tokens/login-provider.ts'
export type { SignInOptions, SignInReport, SignOutReport } from './tokens/sign-in.ts'
export type { SignInClient } from './tokens/sign-in-client.ts'
export type { UseOptions } from './tools/calls/call.ts'
export type { ArgumentProblem } from './tools/calls/check-arguments.ts'
export { structuredOf, textOf } from './tools/calls/result-parts.ts'
export type { ListOptions, RenewOptions } from './tools/listing.ts'
export type { ListedTool, ToolList, ToolSource } from './tools/lists/tool-list.ts'
export type { SearchOptions, ToolSearch } from './tools/search/search-tools.ts'
export { fitsGlob, type ToolFilter } from './tools/tool-filter.ts'
export type { ToolStats } from './tools/tool-stats.ts'
export type { DataspaceExport, ExportedAgent, ExportedService } from './transfer/document.ts'
export type {
  ImportedAssignment,
  ImportedService,
  ImportOptions,
  ImportReport,
  ImportStatus,
} from './transfer/import-dataspace.ts'
export type { ImportInput } from './transfer/read-document.ts'
export type { TrustOption, TrustQuestion } from './trust/hosts-word.ts'
export type { SignatureVerdict } from './trust/signature.ts'
export type { TrustOptions, TrustReport } from './trust/trust-service.ts'
