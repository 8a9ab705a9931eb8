-- Forgets what a node counted. A command of its that comes late meets the mark; a day later none can.
-- KEYS  1 the node's shares  2 nodes  3 sharers
-- ARGV  1 node  2 how long the mark stays, in ms
redis.call('HDEL', KEYS[2], ARGV[1])
-- That its share was folded stays known.
if last_counted(KEYS[3], ARGV[1]) < 0 then return end
redis.call('ZREM', KEYS[3], ARGV[1])
if redis.call('DEL', KEYS[1]) == 1 then
  redis.call('HSET', KEYS[1], 'left', '1')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
