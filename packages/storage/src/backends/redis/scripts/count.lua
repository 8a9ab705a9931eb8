-- Raises the counters of one service under one tool to what a node has counted in all.
-- KEYS  1 stats  2 the node's shares  3 index  4 meta  5 the service's config
--       6 sharers
-- ARGV  1 epoch  2 now, or ''  3 channel  4 lifetime in ms, or ''
--       5 member of the stats  6 the clear they were counted under  7 service  8 node
--       9.. counter, total, counter, total …
-- returns {outcome}: counted, cleared (there was a later clear), folded (the share of the node was) or lost (another history);
--         {'counted', the new revision, the totals of these counters now}, unless others of the service were dropped
local stats, shares, index, meta, config, sharers = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local epoch, channel, lifetime, member, service, node = ARGV[1], ARGV[3], ARGV[4], ARGV[5], ARGV[7], ARGV[8]

if field(meta, 'epoch') ~= epoch then return {'lost'} end
local now = clock(ARGV[2])
local cleared = cleared_at(meta, now)
if later(cleared, ARGV[6]) then return {'cleared'} end
if is_folded(shares, cleared) then return {'folded'} end
-- Who left is counted; a command of its that comes late must not count again.
if field(shares, 'left') == '1' or not is_live(config, cleared, now) then return {'counted'} end

local since = generation(config, cleared)
local own = service .. ':'
local is_new = field(stats, '@' .. service) ~= since
if is_new then
  for _, name in ipairs(redis.call('HKEYS', stats)) do
    if string.sub(name, 1, #own) == own then redis.call('HDEL', stats, name) end
  end
  redis.call('HSET', stats, '@' .. service, since)
end
local rose, totals = false, ''
for at = 9, #ARGV, 2 do
  local name, total = own .. ARGV[at], tonumber(ARGV[at + 1])
  local share = field(shares, member .. ' ' .. name)
  local before = 0
  -- A share is `<generation> <total>`; one of an earlier generation is none.
  if string.sub(share, 1, #since + 1) == since .. ' ' then before = whole(string.sub(share, #since + 2)) end
  if total > before then
    -- What ends with its process is not kept for long. First, as it may be something foreign: then nothing is counted.
    if lifetime == '' then set_last_counted(sharers, node, now) end
    -- What nothing can be added to begins anew.
    redis.call('HSET', stats, name, string.format('%.0f', whole(field(stats, name)) + total - before))
    redis.call('HSET', shares, member .. ' ' .. name, since .. ' ' .. string.format('%.0f', total))
    rose = true
  end
  totals = totals .. ' ' .. field(stats, name)
end
local rev = ''
-- Counted before, they may have lost their place in the index.
if rose or not redis.call('ZSCORE', index, member) then
  rev = string.format('%d', next_rev(meta, channel, '~'))
  redis.call('ZADD', index, rev, member)
end
if lifetime ~= '' then
  redis.call('PEXPIRE', stats, lifetime)
  redis.call('PEXPIRE', shares, lifetime)
end
if is_new or rev == '' then return {'counted'} end
return {'counted', rev, totals}
