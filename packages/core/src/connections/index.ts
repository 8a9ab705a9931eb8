export type { Connection, Connector, RequestOptions, ToolResult } from './connector.ts'
export { createConnector } from './create-connector.ts'
export { ConnectionPool, type ConnectionTarget, type PoolOptions } from './pool.ts'
export { isTransient, markTransient } from './verdict.ts'
