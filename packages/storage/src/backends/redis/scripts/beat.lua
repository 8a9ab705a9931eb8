-- The sign of life that proves that writing works, and who else gives one.
-- KEYS  1 meta  2 nodes
-- ARGV  1 epoch  2 now, or ''  3 node  4 what is told of it  5 lifetime in ms, or ''
--       6 how many nodes are told, 0 for none  7 how long one is remembered, in ms  8 how much may be told of one
-- returns {'beaten', now, rev, and if they are wanted and not too many: node, when and what, node, …} or {'lost'}
local meta, nodes = KEYS[1], KEYS[2]
if field(meta, 'epoch') ~= ARGV[1] then return {'lost'} end
local time = clock(ARGV[2])
local now = string.format('%.0f', time)
redis.call('HSET', nodes, ARGV[3], now .. ' ' .. ARGV[4])
if ARGV[5] ~= '' then redis.call('PEXPIRE', nodes, ARGV[5]) end
if ARGV[6] == '0' then return {'beaten', now, field(meta, 'rev')} end

local found = redis.call('HGETALL', nodes)
for at = 1, #found, 2 do
  local last = tonumber(string.match(found[at + 1], '^%d+'))
  local forgotten = last and last < time - tonumber(ARGV[7])
  if forgotten or #found[at + 1] > 2 * tonumber(ARGV[8]) then redis.call('HDEL', nodes, found[at]) end
end
if #found / 2 > tonumber(ARGV[6]) then return {'beaten', now, field(meta, 'rev')} end
return {'beaten', now, field(meta, 'rev'), found}
