/** A guarantee taken away, and the suite that has to notice. */
export interface Mutant {
  /** What is broken, in words. */
  name: string
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
  /** The test files that have to fail. */
  suite: string
}

const conformance = 'packages/storage/test/conformance.test.ts'
const dataspace = 'packages/storage/test/dataspace.test.ts'
const sqlite = 'packages/storage/test/sqlite.test.ts'
const outbox = 'packages/storage/test/outbox.test.ts'
const tools = 'packages/core/test/store-tools.test.ts'
const services = 'packages/core/test/store-services.test.ts'
const rules = 'packages/storage/src/backends/rules.ts'

export const mutants: Mutant[] = [
  {
    name: 'the last write to arrive stays, whatever its stamp',
    file: rules,
    find: "return !stored || supersedes(record, stored, now) ? 'accepted' : 'stale'",
    replace: "return 'accepted'",
    suite: conformance,
  },
  {
    name: 'a retry of an overwritten write counts as a new one',
    file: rules,
    find: '(stored.stamp === record.stamp || covers(stored.seen, record.stamp))',
    replace: 'stored.stamp === record.stamp',
    suite: conformance,
  },
  {
    name: 'conflicts are not reported',
    file: rules,
    find: 'if (conflict) tables.addConflict(conflict, MAX_CONFLICTS)',
    replace: '',
    suite: conformance,
  },
  {
    name: 'a list is stored without a live config',
    file: rules,
    find: 'if (parent !== undefined && !isLive(tables.record(parent), now))',
    replace: 'if (false)',
    suite: conformance,
  },
  {
    name: 'a list outlives the deletion of its config',
    file: rules,
    find: 'if (record.json === null) removeDependants(tables, record.key)',
    replace: '',
    suite: conformance,
  },
  {
    name: 'a stamp from the future is believed',
    file: rules,
    find: "if (isStray(record, now)) return 'future'",
    replace: '',
    suite: conformance,
  },
  {
    name: 'what was cleared can be written again',
    file: rules,
    find: "if (record.stamp <= clearedAt(tables, now)) return 'cleared'",
    replace: '',
    suite: conformance,
  },
  {
    name: 'compare-and-set does not compare',
    file: rules,
    find: "condition === 'absent' ? !isLive(stored, now) : stored?.stamp === condition",
    replace: 'true',
    suite: conformance,
  },
  {
    name: 'a share that is sent twice counts twice',
    file: rules,
    find: 'const before = tables.share(node, key, field)',
    replace: 'const before = 0',
    suite: conformance,
  },
  {
    name: 'counts from before a clear come back',
    file: rules,
    find: 'if (cleared < clearedAt(tables, now)) return false',
    replace: '',
    suite: conformance,
  },
  {
    name: 'a list is read without a live config',
    file: 'packages/storage/src/replica.ts',
    find: 'if (parent !== undefined && !isLive(this.record(parent), now)) return undefined',
    replace: '',
    suite: dataspace,
  },
  {
    name: 'what the backend lost is not put back',
    file: 'packages/storage/src/intake.ts',
    find: 'if (whole) this.#restore(sound)',
    replace: '',
    suite: dataspace,
  },
  {
    name: 'a write that was not acknowledged is told to be durable',
    file: 'packages/storage/src/dataspace.ts',
    find: "if (unsure) return { status, durable: 'memory' }",
    replace: '',
    suite: sqlite,
  },
  {
    name: 'what began earlier takes the place of what began later',
    file: 'packages/storage/src/author.ts',
    find: 'if (current && !supersedes(record, current, clock.now()))',
    replace: 'if (false)',
    suite: dataspace,
  },
  {
    name: 'a write takes the place of one its writer had not seen',
    file: 'packages/storage/src/outbox.ts',
    find: 'filter((known) => covers(seen, known))',
    replace: 'filter(() => seen)',
    suite: outbox,
  },
  {
    name: 'a removed database file is not noticed',
    file: 'packages/storage/src/backends/sqlite/database.ts',
    find: "return parts[0] && parts.map((stat) => `${stat?.dev}:${stat?.ino}`).join(' ')",
    replace: "return 'the same'",
    suite: sqlite,
  },
  {
    name: 'opening the file drops the locks this process has on it',
    file: 'packages/storage/src/backends/sqlite/database.ts',
    find: "closeSync(openSync(file, 'wx', 0o600))",
    replace: "closeSync(openSync(file, 'a', 0o600))",
    suite: sqlite,
  },
  {
    name: 'a record from the future can never be replaced',
    file: 'packages/storage/src/record.ts',
    find: 'return outranks(write, stored) || (isStray(stored, now) && covers(write.seen, stored.stamp))',
    replace: 'return outranks(write, stored)',
    suite: dataspace,
  },
  {
    name: 'a clear from the future forbids every write',
    file: rules,
    find: 'if (!isFuture(cleared, now)) return cleared',
    replace: 'if (now) return cleared',
    suite: dataspace,
  },
  {
    name: 'a list of another config is believed',
    file: 'packages/core/src/tools/cached-list.ts',
    find: 'return own === undefined ? list?.shape === this.#hash(service.config) : list?.fingerprint === own',
    replace: 'return true',
    suite: tools,
  },
  {
    name: 'a list is believed whatever its placeholders stood for',
    file: 'packages/core/src/tools/cached-list.ts',
    find: '&& !holdsPlaceholder(JSON.stringify(service.config))',
    replace: '',
    suite: 'packages/core/test/store-regressions.test.ts',
  },
  {
    name: 'a near miss is executed',
    file: 'packages/core/src/tools/resolve.ts',
    find: 'tool.tool === address ||',
    replace: 'tool.tool.startsWith(address) ||',
    suite: tools,
  },
  {
    name: 'of several tools of a name the first is taken',
    file: 'packages/core/src/tools/resolve.ts',
    find: 'if (found.length === 1) return found[0]!',
    replace: 'if (found.length >= 1) return found[0]!',
    suite: tools,
  },
  {
    name: 'arguments are not checked before the call',
    file: 'packages/core/src/tools/check-arguments.ts',
    find: 'if (problems.length === 0) return',
    replace: 'return',
    suite: tools,
  },
  {
    name: 'a server is asked although its list is known',
    file: 'packages/core/src/tools/listing.ts',
    find: 'if (cached && !fresh && !refresher.isOutdated(service.name)) {',
    replace: 'if (false) {',
    suite: tools,
  },
  {
    name: 'a list that its server calls changed is served',
    file: 'packages/core/src/tools/listing.ts',
    find: ' && !refresher.isOutdated(service.name)',
    replace: '',
    suite: 'packages/core/test/tool-changes.test.ts',
  },
  {
    name: 'every caller starts a server of its own',
    file: 'packages/core/src/connections/pool.ts',
    find: 'const joined = this.#find(target)',
    replace: 'const joined = undefined as ReturnType<typeof this.find>',
    suite: tools,
  },
  {
    name: 'secrets of a config are shown in what its server says',
    file: 'packages/core/src/connections/masked.ts',
    find: 'return redactText(text, secretsIn(config))',
    replace: 'return text',
    suite: services,
  },
  {
    name: 'of two patches at the same time one is lost',
    file: 'packages/core/src/services/changes.ts',
    find: 'await house.dataspace.putIf(configKey(name), patched as unknown as Json, stamp)',
    replace:
      "{ ...(await house.dataspace.put(configKey(name), patched as unknown as Json)), status: 'written' } as const",
    suite: services,
  },
  {
    name: 'an empty listing is given where nobody can know',
    file: 'packages/core/src/services/registry.ts',
    find: 'if (services.length === 0) this.#refuseUnknown()',
    replace: '',
    suite: services,
  },
  {
    name: 'only the process itself is ended, not its group',
    file: 'packages/core/src/connections/stdio/process-group.ts',
    find: 'process.kill(-this.#child.pid!, signal)',
    replace: 'process.kill(this.#child.pid!, signal)',
    suite: 'packages/core/test/connections-stdio.test.ts',
  },
]
