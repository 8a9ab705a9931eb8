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
const mirror = 'packages/storage/test/mirror.test.ts'
const mirrorOrigin = 'packages/storage/test/mirror-origin.test.ts'
const tools = 'packages/core/test/store-tools.test.ts'
const services = 'packages/core/test/store-services.test.ts'
const approvals = 'packages/core/test/trust-approvals.test.ts'
const inert = 'packages/core/test/trust-inert.test.ts'
const approvalFile = 'packages/core/test/trust-file.test.ts'
const wire = 'packages/core/test/connections-wire.test.ts'
const sessions = 'packages/core/test/connections-sessions.test.ts'
const auth = 'packages/core/test/connections-auth.test.ts'
const http = 'packages/core/src/connections/http'
const rules = 'packages/storage/src/backends/rules.ts'
const link = 'packages/storage/src/link.ts'
const mergeScript = 'packages/storage/src/backends/redis/scripts/merge.lua'
const countScript = 'packages/storage/src/backends/redis/scripts/count.lua'
const outage = 'tests/faults/outage.test.ts'
const network = 'tests/faults/network.test.ts'
const late = 'tests/faults/late.test.ts'
const lostData = 'tests/faults/lost-data.test.ts'
const calls = 'packages/core/test/store-calls.test.ts'
const wipes = 'tests/faults/wipes.test.ts'
const former = 'packages/storage/src/backends/redis/former.ts'

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
    find: "if (record.stamp <= cleared) return 'cleared'",
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
    find: 'if (slot.parent !== undefined && !isLive(this.record(slot.parent), now)) return undefined',
    replace: '',
    suite: dataspace,
  },
  {
    name: 'what the backend lost is not put back',
    file: 'packages/storage/src/intake.ts',
    find: 'if (whole) this.#restore(sound, new Set(page.unchanged))',
    replace: '',
    suite: dataspace,
  },
  {
    name: 'a write that was not acknowledged is told to be durable',
    file: 'packages/storage/src/put-kept.ts',
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
    name: 'a mirror of another dataspace is pushed',
    file: 'packages/storage/src/mirror/mirror.ts',
    find: 'const isOther = !mayBeSame(this.#ids, ids)',
    replace: 'const isOther = false',
    suite: mirrorOrigin,
  },
  {
    name: 'a mirror of another dataspace is read',
    file: 'packages/storage/src/mirror/mirror.ts',
    find: 'if (!mayBeSame(this.#kept.ids, this.#ids)) throw otherDataspace(this.file)',
    replace: '',
    suite: mirrorOrigin,
  },
  {
    name: 'of several ids of a dataspace only the first is passed on',
    file: 'packages/storage/src/link.ts',
    find: 'ids: this.#found?.ids ?? [],',
    replace: 'ids: (this.#found?.ids ?? []).slice(0, 1),',
    suite: mirrorOrigin,
  },
  {
    name: 'an acknowledgement removes more from the mirror than its write',
    file: 'packages/storage/src/mirror/mirror-tables.ts',
    find: "'DELETE FROM outbox WHERE stamp = ?'",
    replace: "'DELETE FROM outbox WHERE stamp >= ?'",
    suite: mirror,
  },
  {
    name: 'a write is told to be local before it is in the mirror',
    file: 'packages/storage/src/mirror/mirror.ts',
    find: 'return versions.map((version) => !this.problem && !waits(version) && lives(version))',
    replace: 'return versions.map(lives)',
    suite: mirror,
  },
  {
    name: 'a write that a clear has dropped is told to be local',
    file: 'packages/storage/src/mirror/mirror.ts',
    find: '!waits(version) && lives(version))',
    replace: '!waits(version))',
    suite: mirror,
  },
  {
    name: 'a write that waits no more in the mirror is told to have reached the server',
    file: 'packages/storage/src/intake.ts',
    find: 'for (const stamp of settled) outbox.acknowledge(stamp, undefined)',
    replace: "for (const stamp of settled) outbox.acknowledge(stamp, 'duplicate')",
    suite: mirror,
  },
  {
    name: 'in the mirror a write takes the place of one its writer had not seen',
    file: 'packages/storage/src/mirror/mirror-tables.ts',
    find: "const sql = 'INSERT OR IGNORE INTO outbox VALUES (?, ?, ?)'",
    replace: `const sql = 'INSERT OR IGNORE INTO outbox VALUES (?, ?, ?)'
    this.#statements.run("DELETE FROM outbox WHERE json_extract(write, '$.record.key') = ?", write.record.key)`,
    suite: mirror,
  },
  {
    name: 'what a run has counted is delivered under another name',
    file: 'packages/storage/src/deliver-counts.ts',
    find: 'await backend.count(share.node, share.cleared, share.totals)',
    replace: 'await backend.count(`${share.node}2`, share.cleared, share.totals)',
    suite: mirror,
  },
  {
    name: 'a run leaves although what it counted may be delivered once more',
    file: 'packages/storage/src/link.ts',
    find: 'const left = counts.unsent().length > 0 || (await mirror?.hasNoShare()) === false',
    replace: 'const left = counts.unsent().length > 0',
    suite: mirror,
  },
  {
    name: 'what was delivered for a run is not forgotten',
    file: 'packages/storage/src/deliver-counts.ts',
    find: 'mirror?.removeShare(share)',
    replace: '',
    suite: mirror,
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
    name: 'nothing is compared after a reconnect',
    file: link,
    find: 'if (fresh || (backend.beat && this.#pace.compareDue))',
    replace: 'if ((fresh && this.#cursor === 0) || (backend.beat && this.#pace.compareDue))',
    suite: lostData,
  },
  {
    name: 'nothing is compared as long as a connection lasts',
    file: link,
    find: '(backend.beat && this.#pace.compareDue)',
    replace: 'false',
    suite: lostData,
  },
  {
    name: 'the cursor is trusted although the server was rolled back',
    file: link,
    find: 'if (page.rev < before) return this.#compare()',
    replace: '',
    suite: lostData,
  },
  {
    name: 'a process reads before it listens',
    file: 'packages/storage/src/backends/redis/session.ts',
    find: 'connected.then(() => this.#subscribe())',
    replace: 'connected.then(() => void setTimeout(() => this.#subscribe().catch(() => {}), 3000).unref())',
    suite: late,
  },
  {
    name: 'Redis keeps the last write to arrive, whatever its stamp',
    file: mergeScript,
    find: 'supersedes = outranks or (stray and covers(seen, there))',
    replace: 'supersedes = true',
    suite: late,
  },
  {
    name: 'Redis takes a retry of an overwritten write for a conflict',
    file: mergeScript,
    find: "(there == stamp or covers(field(record, 'n'), stamp))",
    replace: 'there == stamp',
    suite: network,
  },
  {
    name: 'Redis takes what is older than a clear',
    file: mergeScript,
    find: "if not later(stamp, cleared) then return {'cleared', now_text} end",
    replace: '',
    suite: late,
  },
  {
    name: 'a clear that Redis lost is not put back',
    file: link,
    find: 'if (events.cleared() > page.cleared) await backend.clear(events.cleared())',
    replace: '',
    suite: lostData,
  },
  {
    name: 'Redis keeps a list without a live config',
    file: mergeScript,
    find: 'if parent ~= record and not is_live(parent, cleared, now) then',
    replace: 'if false then',
    suite: late,
  },
  {
    name: 'Redis adds the whole total each time',
    file: countScript,
    find: "string.format('%.0f', total - before))",
    replace: "string.format('%.0f', total))",
    suite: network,
  },
  {
    name: 'a clear leaves statistics behind in Redis',
    file: countScript,
    find: "if later(cleared, ARGV[6]) then return {'cleared'} end",
    replace: '',
    suite: late,
  },
  {
    name: 'what was counted is not counted again by a server that lost it',
    file: link,
    find: 'counts.resend()',
    replace: '',
    suite: outage,
  },
  {
    name: 'a compare-and-set waits for the server and is sent later',
    file: 'packages/storage/src/put-if.ts',
    find: 'const record = author.stamped(put)',
    replace: `const record = author.stamped(put)
      if (!parts.health.hopeful) {
        parts.outbox.add({ record, if: condition })
        return { status: 'written', stamp: record.stamp, durable: 'memory' }
      }`,
    suite: outage,
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
    find: ' && isPlain(service.config)',
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
    find: 'return this.#current.get(service)?.shared\n',
    replace: 'return undefined\n',
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
    find: 'house.dataspace.putIf(configKey(name), patched as unknown as Json, stamp)',
    replace:
      "house.dataspace.put(configKey(name), patched as unknown as Json).then((put) => ({ ...put, status: 'written' as const }))",
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
  {
    name: 'a server outlives a host that is killed',
    file: 'packages/core/src/connections/stdio/process-group.ts',
    find: 'guard.add(child.pid!)',
    replace: '',
    suite: 'packages/core/test/connections-host-death.test.ts',
  },
  {
    name: 'a server is no group of its own',
    file: 'packages/core/src/connections/stdio/process-group.ts',
    find: 'detached: !windows,',
    replace: 'detached: false,',
    suite: 'packages/core/test/connections-stdio.test.ts',
  },
  {
    name: 'the guard stays when there is nothing to guard',
    file: 'packages/core/src/connections/stdio/guard.ts',
    find: 'this.#shell?.stdin?.end()',
    replace: '',
    suite: 'packages/core/test/connections-process-counts.test.ts',
  },
  {
    name: 'a service that failed too often never comes back',
    file: 'packages/core/src/connections/breaker.ts',
    find: 'if (left <= 0) return\n',
    replace: '',
    suite: 'packages/core/test/connections-failing.test.ts',
  },
  {
    name: 'a service that keeps failing is started for every caller',
    file: 'packages/core/src/connections/pool.ts',
    find: 'if (!joined && !insist) this.#breaker.check(target.service, target.key)',
    replace: '',
    suite: 'packages/core/test/connections-failing.test.ts',
  },
  {
    name: 'a connection that does not answer any more is given to the next caller',
    file: 'packages/core/src/connections/shared-connection.ts',
    find: 'if (isSilent && this.#users === 0 && this.#idleSince === unused) return this.end()',
    replace: '',
    suite: 'packages/core/test/connections-failing.test.ts',
  },
  {
    name: 'a connection is closed under its user because it did not answer a check',
    file: 'packages/core/src/connections/shared-connection.ts',
    find: 'this.#users === 0 && this.#idleSince === unused',
    replace: 'true',
    suite: 'packages/core/test/connections-failing.test.ts',
  },
  {
    name: 'a call that waits its turn is sent after its caller gave up',
    file: 'packages/core/src/tools/turns.ts',
    find: 'throw deadline.failure(what) ?? error',
    replace: 'await turn',
    suite: 'packages/core/test/store-call-limits.test.ts',
  },
  {
    name: 'there is no limit to the calls of a service',
    file: 'packages/core/src/tools/turns.ts',
    find: 'if (queue.active < this.#limit) queue.active++',
    replace: 'if (queue) queue.active++',
    suite: 'packages/core/test/store-call-limits.test.ts',
  },
  {
    name: 'progress extends the time for all',
    file: 'packages/core/src/connections/deadline.ts',
    find: 'this.#total ? Math.max(0, this.#total.end - performance.now()) : Number.POSITIVE_INFINITY',
    replace: 'Number.POSITIVE_INFINITY',
    suite: 'packages/core/test/store-call-limits.test.ts',
  },
  {
    name: 'a call is repeated when its answer is lost',
    file: 'packages/core/src/connections/pool.ts',
    find: 'return await work(shared.connection ?? (await shared.opened))',
    replace: `const connection = shared.connection ?? (await shared.opened)
      return await work(connection).catch(async (error) => {
        if (error.code !== 'outcome_unknown') throw error
        await shared.end()
        return this.use(target, options, work)
      })`,
    suite: 'packages/core/test/store-at-most-once.test.ts',
  },
  {
    name: 'an old list takes the place of a newer one',
    file: 'packages/core/src/tools/cached-list.ts',
    find: '{ basis: service.stamp, stamp })',
    replace: '{ basis: service.stamp })',
    suite: 'packages/core/test/tool-changes.test.ts',
  },
  {
    name: 'an approval is kept after the config changed',
    file: 'packages/core/src/trust/approval.ts',
    find: 'return JSON.stringify([namespace, dataspace, scope, service, sha256])',
    replace: 'return JSON.stringify([namespace, dataspace, scope, service, sha256 && 0])',
    suite: approvals,
  },
  {
    name: 'an approval that was replaced is kept',
    file: 'packages/core/src/trust/approver.ts',
    find: '...done.flatMap(({ before }) => before.map(({ id }) => id)),',
    replace: '',
    suite: approvals,
  },
  {
    name: 'a patch approves the rest of what a stranger wrote',
    file: 'packages/core/src/services/changes.ts',
    find: 'const changes = [isTrusted ? change : { name: change.name }]',
    replace: 'const changes = [change]',
    suite: approvals,
  },
  {
    name: 'a service that could not be added is approved all the same',
    file: 'packages/core/src/trust/approver.ts',
    find: '...undone.flatMap(({ given, isNew }) => (given && isNew ? [given.id] : [])),',
    replace: '',
    suite: approvals,
  },
  {
    name: 'a connection is given to an untrusted config that comes to the same',
    file: 'packages/core/src/reach.ts',
    find: 'return isTrusted ? targets.trusted : targets.untrusted',
    replace: 'return targets.trusted',
    suite: approvals,
  },
  {
    name: 'a host that fails has agreed',
    file: 'packages/core/src/trust/gate.ts',
    find: 'this.#answers.delete(config)',
    replace: 'this.#admitted.add(config)',
    suite: approvals,
  },
  {
    name: 'placeholders are filled in before trust is looked at',
    file: 'packages/core/src/trust/gate.ts',
    find: 'if (refusal) throw refusal\n    return expandConfig(',
    replace: 'if (!service) throw refusal\n    return expandConfig(',
    suite: inert,
  },
  {
    name: 'a program of a stranger is started',
    file: 'packages/core/src/trust/danger.ts',
    find: "if (config.type === 'stdio') return 'it would start a program here'",
    replace: '',
    suite: inert,
  },
  {
    name: 'what makes a command run other code is overlooked where the host vouches',
    file: 'packages/core/src/trust/gate.ts',
    find: 'this.isTrusted(service) ? smuggledIn(service.config) : dangerOf(service.config)',
    replace: 'this.isTrusted(service) ? undefined : dangerOf(service.config)',
    suite: 'packages/core/test/trust-injected-code.test.ts',
  },
  {
    name: 'what was read while Redis was away is taken for trusted',
    file: 'packages/core/src/trust/gate.ts',
    find: 'OWN_KINDS.has(parts.dataspace.status().configured)',
    replace: 'OWN_KINDS.has(parts.dataspace.status().backend)',
    suite: inert,
  },
  {
    name: 'names that look like others are listed',
    file: 'packages/core/src/services/registry.ts',
    find: "if (!isServiceName(service)) return { problem: 'no service may have this name' }",
    replace: '',
    suite: inert,
  },
  {
    name: 'approvals that others could write are believed',
    file: 'packages/core/src/trust/approval-file.ts',
    find: 'if (stat.mode & OTHERS_MAY_WRITE) {',
    replace: 'if (stat.mode < 0) {',
    suite: approvalFile,
  },
  {
    name: 'who lost the lock writes all the same',
    file: 'packages/core/src/trust/approval-file.ts',
    find: 'if (!isOurs()) return false',
    replace: '',
    suite: approvalFile,
  },
  {
    name: 'an error of time names what was left of it',
    file: 'packages/core/src/connections/deadline.ts',
    find: 'this.#givenMs = Math.round(givenMs ?? this.#timeoutMs)',
    replace: 'this.#givenMs = this.#timeoutMs',
    suite: calls,
  },
  {
    name: 'an approval hides what has code loaded',
    file: 'packages/core/src/config/redact.ts',
    find: "kind === 'env' && isCodeVariable(name)",
    replace: 'false',
    suite: 'packages/core/test/trust-shown.test.ts',
  },
  {
    name: 'an approval hides a program that goes by the name of a secret',
    file: 'packages/core/src/config/redact.ts',
    find: 'mayHide: (secret) => plainToken.test(secret)',
    replace: 'mayHide: () => true',
    suite: 'packages/core/test/trust-shown.test.ts',
  },
  {
    name: 'a conditional write whose answer was lost is called undecided',
    file: 'packages/storage/src/ask.ts',
    find: 'if (!error.unsure) throw undone(error)',
    replace: 'if (error) throw undone(error)',
    suite: outage,
  },
  {
    name: 'a clear whose answer was lost is not asked for again',
    file: 'packages/storage/src/clear-now.ts',
    find: 'if (!health.good) throw thrown',
    replace: 'throw thrown',
    suite: outage,
  },
  {
    name: 'a server runs on by a config that somebody else overwrote',
    file: 'packages/core/src/setup-store.ts',
    find: "if (record?.kind === 'config') reach",
    replace: "if (record?.kind === 'cache') reach",
    suite: 'packages/core/test/store-overwritten.test.ts',
  },
  {
    name: 'a look makes a file',
    file: 'packages/storage/src/backends/sqlite/database.ts',
    find: 'if (absent && options.make === false) {',
    replace: 'if (absent === undefined && options.make === undefined) {',
    suite: sqlite,
  },
  {
    name: 'a look makes a mirror',
    file: 'packages/storage/src/mirror/mirror.ts',
    find: 'if (!this.#isWanted) return',
    replace: '',
    suite: mirror,
  },
  {
    name: 'a file that was cut off is taken for a new one',
    file: 'packages/storage/src/backends/sqlite/absence.ts',
    find: 'if (size === 0 && sizeOf(`${file}-wal`)) {',
    replace: 'if (size === -1) {',
    suite: sqlite,
  },
  {
    name: 'a request whose answer was lost is sent again',
    file: `${http}/wire.ts`,
    find: "sent.once('close', release).on('error', reject)",
    replace: `sent.once('close', release).on('error', (error) => {
        if (sent.reusedSocket) resolve(this.send(url, { ...request, body, signal }))
        else reject(error)
      })`,
    suite: wire,
  },
  {
    name: 'a connection is used until the very end of its time',
    file: `${http}/wire.ts`,
    find: '* 1000 - MARGIN_MS',
    replace: '* 1000',
    suite: wire,
  },
  {
    name: 'the end of a connection goes unnoticed after a rest',
    file: `${http}/wire.ts`,
    find: 'sockets?.[0] && restOf(sockets[0]) > SHORT_REST_MS',
    replace: 'false',
    suite: wire,
  },
  {
    name: 'calls that are given up keep their connections',
    file: `${http}/fetch.ts`,
    find: 'if (cancelled !== undefined) wire.giveUp(cancelled)',
    replace: '',
    suite: wire,
  },
  {
    name: 'each caller begins a session of his own',
    file: `${http}/lasting-connection.ts`,
    find: 'this.#renewal ??= this.#renew(forgotten)',
    replace: 'this.#renewal = this.#renew(forgotten)',
    suite: sessions,
  },
  {
    name: 'what is under way ends with a session that was forgotten',
    file: `${http}/lasting-connection.ts`,
    find: 'held !== this.#current && held.requests === 0',
    replace: 'held !== this.#current',
    suite: sessions,
  },
  {
    name: 'a lost answer counts as a session that was forgotten',
    file: `${http}/lasting-connection.ts`,
    find: 'if (!isExpired(error)) throw error',
    replace: '',
    suite: sessions,
  },
  {
    name: 'credentials are sent to another host',
    file: `${http}/fetch.ts`,
    find: 'if (!isWithin(home, url)) throw new Error(`it points to another host, ${url.origin}`)',
    replace: '',
    suite: 'packages/core/test/connections-wrong-address.test.ts',
  },
  {
    name: 'each caller refreshes the tokens',
    file: `${http}/signer.ts`,
    find: 'flights.set(this.#provider, { refused, server, done })',
    replace: '',
    suite: auth,
  },
  {
    name: 'an authorization server that is down makes the user sign in again',
    file: `${http}/signer.ts`,
    find: 'if (outage) throw outage',
    replace: '',
    suite: auth,
  },
  {
    name: 'a service that is not trusted gets the tokens of the host',
    file: 'packages/core/src/reach.ts',
    find: 'this.#trust.get(config) ?',
    replace: 'true ?',
    suite: 'packages/core/test/store-auth.test.ts',
  },
  {
    name: 'a busy server is asked again before the time it names',
    file: 'packages/core/src/connections/connect-retried.ts',
    find: 'notBefore = performance.now() + waitMs',
    replace: '',
    suite: 'packages/core/test/connections-patience.test.ts',
  },
  {
    name: 'a wipe is restored by who knew what was wiped',
    file: former,
    find: "if (await isGone(known.keys?.() ?? [], began, stampsOf)) return 'wiped'",
    replace: '',
    suite: wipes,
  },
  {
    name: 'what was never sent goes with what was wiped',
    file: former,
    find: "return sameRun || cleared === began ? 'unknown' : undefined",
    replace: 'return undefined',
    suite: wipes,
  },
  {
    name: 'a record that was written anew makes a wipe a loss',
    file: former,
    find: "typeof stamp === 'string' && stamp > began",
    replace: 'stamp === undefined',
    suite: wipes,
  },
  {
    name: 'an earlier history is taken for a wipe of a later one',
    file: former,
    find: 'sameRun && began > knownBegan',
    replace: 'sameRun',
    suite: wipes,
  },
  {
    name: 'what a clear has removed is shown until all is compared again',
    file: link,
    find: 'events.onPage(await this.#pull(0, events.known()), true)',
    replace: '',
    suite: lostData,
  },
  {
    name: 'what was stamped ahead of a wipe survives it',
    file: 'packages/storage/src/intake.ts',
    find: "this.#tellGone(dropDelivered(this.#parts), 'remote')",
    replace: '',
    suite: wipes,
  },
]
