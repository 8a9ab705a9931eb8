-- Ends a lease if this holder has it.
-- KEYS  1 lease
-- ARGV  1 holder
if field(KEYS[1], 'holder') == ARGV[1] then redis.call('DEL', KEYS[1]) end
