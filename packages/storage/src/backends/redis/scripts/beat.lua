-- The sign of life that proves that writing works.
-- KEYS  1 meta  2 nodes
-- ARGV  1 epoch  2 now, or ''  3 node  4 what is told of it  5 lifetime in ms, or ''
-- returns {'beaten', now, rev} or {'lost'}
local meta, nodes = KEYS[1], KEYS[2]
if field(meta, 'epoch') ~= ARGV[1] then return {'lost'} end
local now = string.format('%.0f', clock(ARGV[2]))
redis.call('HSET', nodes, ARGV[3], now .. ' ' .. ARGV[4])
if ARGV[5] ~= '' then redis.call('PEXPIRE', nodes, ARGV[5]) end
return {'beaten', now, field(meta, 'rev')}
