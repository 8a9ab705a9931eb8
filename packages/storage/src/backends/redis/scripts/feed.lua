-- What changed since a cursor, and the state of the whole. No MULTI: within one a full server refuses reading too.
-- KEYS  1 index  2 meta
-- ARGV  1 cursor  2 now, or ''
-- returns {members, rev, the stamp of the last clear, epoch, now}
local index, meta = KEYS[1], KEYS[2]
local now = clock(ARGV[2])
local cleared = last_clear(meta)
-- One from the future is none yet; the next write puts it right.
if is_future(cleared, now) then cleared = '' end
return {redis.call('ZRANGEBYSCORE', index, '(' .. ARGV[1], '+inf'), field(meta, 'rev'), cleared,
  field(meta, 'epoch'), string.format('%.0f', now)}
