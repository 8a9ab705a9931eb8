-- Forgets what one node counted, if it was silent for so long. What it has counted stays in the totals; what it sends later
-- is refused, so the mark stays.
-- KEYS  1 meta  2 sharers  3 the node's shares
-- ARGV  1 epoch  2 now, or ''  3 node  4 how long it has to have been silent, in ms
-- returns {outcome}: folded, awake, or lost (another history)
local meta, sharers, shares = KEYS[1], KEYS[2], KEYS[3]
if field(meta, 'epoch') ~= ARGV[1] then return {'lost'} end
local now = clock(ARGV[2])
local last = last_counted(sharers, ARGV[3])
if last <= 0 or now - last < tonumber(ARGV[4]) then return {'awake'} end
redis.call('DEL', shares)
redis.call('HSET', shares, 'folded', 'under ' .. cleared_at(meta, now))
set_last_counted(sharers, ARGV[3], -now)
return {'folded'}
