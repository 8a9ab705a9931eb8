-- Forgets what a node counted, and a dataspace that was only looked at.
-- KEYS  1 the node's shares  2 nodes  3 sharers  4 meta  5 index
-- ARGV  1 node  2 how long the mark stays, in ms
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
-- Nobody has ever written here, and nobody is here: whoever comes makes it anew.
local meta = KEYS[4]
if field(meta, 'rev') == '' and field(meta, 'cleared') == '' and redis.call('EXISTS', KEYS[5], KEYS[2]) == 0 then
  redis.call('DEL', meta)
end
