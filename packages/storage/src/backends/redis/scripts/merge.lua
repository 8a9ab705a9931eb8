-- Merges one write.
-- KEYS  1 record  2 the config it lives under, or the record again  3 index  4 meta  5 conflicts  6.. what dies with it
-- ARGV  1 epoch  2 now, or ''  3 channel  4 lifetime in ms, or ''
--       5 member  6 stamp  7 '1' for a tombstone  8 value  9 basis  10 seen  11 expires, or ''
--       12 condition, or ''  13 '1' if its conflicts are reported  14 head, or ''
--       15.. the members of KEYS 6..
-- returns {verdict, now, the new revision or '', and where another record stands: s, d, v, b, n, r, x, h}
local record, parent, index, meta, conflicts = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local epoch, channel, lifetime = ARGV[1], ARGV[3], ARGV[4]
local member, stamp, deleted, value, basis, seen = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local expires, condition, reports, head = ARGV[11], ARGV[12], ARGV[13], ARGV[14]

if field(meta, 'epoch') ~= epoch then return {'lost'} end
local now = clock(ARGV[2])
local now_text = string.format('%.0f', now)
-- Before a stamp is refused: the one that takes its place is later than this.
local cleared = cleared_at(meta, now)
if is_future(stamp, now) or is_future(basis, now) then return {'future', now_text} end
if not later(stamp, cleared) then return {'cleared', now_text} end

local there = field(record, 's')
if not is_stamp(there) then
  if redis.call('EXISTS', record) == 1 then return {'foreign', now_text} end
  there = ''
elseif not later(there, cleared) then
  there = ''
end
local there_basis = field(record, 'b')
local there_live = there ~= '' and is_live(record, cleared, now)

local function reply(verdict)
  -- A record that has lost its place in the index would be seen by nobody who does not have it.
  if there ~= '' and not redis.call('ZSCORE', index, member) then
    redis.call('ZADD', index, next_rev(meta, channel), member)
  end
  if there == '' or there == stamp then return {verdict, now_text} end
  return {verdict, now_text, '', there, field(record, 'd'), field(record, 'v'), there_basis, field(record, 'n'),
    field(record, 'r'), field(record, 'x'), field(record, 'h')}
end

if there ~= '' and (there == stamp or covers(field(record, 'n'), stamp)) then return reply('duplicate') end
if parent ~= record and not is_live(parent, cleared, now) then
  redis.call('DEL', record)
  redis.call('ZREM', index, member)
  return {'orphan', now_text}
end

-- Keeps what the loser of the two said, where that is something else.
local function note_conflict(accepted)
  if reports ~= '1' then return end
  local there_value = field(record, 'd') ~= '1' and field(record, 'v')
  local own_value = deleted ~= '1' and value
  if there_value == own_value then return end
  if accepted then
    add_conflict(conflicts, member, there, there_value, stamp, own_value)
  else
    add_conflict(conflicts, member, stamp, own_value, there, there_value)
  end
end

local supersedes = there == ''
if there ~= '' then
  local outranks = later(basis, there_basis) or (basis == there_basis and later(stamp, there))
  local stray = is_future(there, now) or is_future(there_basis, now)
  supersedes = outranks or (stray and covers(seen, there))
end
if condition == 'absent' then
  if there_live then return reply('failed_condition') end
elseif condition ~= '' then
  if there ~= condition then return reply('failed_condition') end
elseif not supersedes then
  note_conflict(false)
  return reply('stale')
end

if there ~= '' and not covers(seen, there) then note_conflict(true) end
local since = deleted == '1' and '' or (there_live and field(record, 'i')) or stamp
local rev = next_rev(meta, channel)
redis.call('DEL', record)
redis.call('HSET', record, 'v', value, 's', stamp, 'd', deleted, 'b', basis, 'n', seen, 'r', rev, 'x', expires, 'i', since)
if head ~= '' then redis.call('HSET', record, 'h', head) end
redis.call('ZADD', index, rev, member)
if deleted == '1' then
  for at = 6, #KEYS do
    redis.call('DEL', KEYS[at])
    redis.call('ZREM', index, ARGV[9 + at])
  end
end
if lifetime ~= '' then
  redis.call('PEXPIRE', record, lifetime)
  redis.call('PEXPIRE', index, lifetime)
  redis.call('PEXPIRE', conflicts, lifetime)
  redis.call('PEXPIRE', meta, lifetime)
end
return {'accepted', now_text, string.format('%d', rev)}
