// The public surface of @mcpstore/storage/redis: only who uses Redis loads it.
export { type RedisBackendOptions, redisBackend } from './backends/redis/index.ts'
export { type RedisNamespaceOptions, redisDataspaces } from './backends/redis/namespace.ts'
export {
  type HostAndPort,
  type RedisAddress,
  type RedisTarget,
  redisTarget,
  targetHash,
} from './backends/redis/target.ts'
