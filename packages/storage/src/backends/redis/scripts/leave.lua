-- Forgets what a node counted, and a dataspace that was only looked at.
-- KEYS  1 the node's shares  2 nodes  3 sharers  4 meta  5 index
-- ARGV  1 node  2 how long the mark stays, in ms
local OPENING_FIELDS = 6
redis.call('HDEL', KEYS[2], ARGV[1])
-- That its share was folded stays known.
if last_counted(KEYS[3], ARGV[1]) >= 0 then
  redis.call('ZREM', KEYS[3], ARGV[1])
  -- A command of its that comes late meets the mark; a day later none can.
  if redis.call('DEL', KEYS[1]) == 1 then
    redis.call('HSET', KEYS[1], 'left', '1')
    redis.call('PEXPIRE', KEYS[1], ARGV[2])
  end
end
-- Nobody is here, and nobody has ever written: it has what opening gives it, and no more. Whoever comes makes it anew.
local meta = KEYS[4]
if #redis.call('HKEYS', meta) == OPENING_FIELDS and field(meta, 'ids') ~= '' and field(meta, 'cleared') == ''
  and redis.call('EXISTS', KEYS[5], KEYS[2]) == 0 then
  redis.call('DEL', meta)
end
