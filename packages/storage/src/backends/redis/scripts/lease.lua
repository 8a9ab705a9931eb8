-- Grants a lease, anew to who has it.
-- KEYS  1 lease
-- ARGV  1 now, or ''  2 holder  3 ms
-- returns how many ms somebody else still has it, or 0
local now = clock(ARGV[1])
local ttl = tonumber(ARGV[3])
local holder = field(KEYS[1], 'holder')
if holder ~= '' and holder ~= ARGV[2] then
  local left = whole(field(KEYS[1], 'until')) - now
  -- One that outlives its own time is no lease any more: a clock was set back.
  if left > 0 and left <= whole(field(KEYS[1], 'ttl')) then return left end
end
redis.call('HSET', KEYS[1], 'holder', ARGV[2], 'until', string.format('%.0f', now + ttl), 'ttl', ARGV[3])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(ttl, 1)))
return 0
