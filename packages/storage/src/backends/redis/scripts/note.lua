-- Notes that there is a dataspace.
-- KEYS  1 the dataspaces of its namespace
-- ARGV  1 its name as a key's segment  2 now, or ''
redis.call('ZADD', KEYS[1], string.format('%.0f', clock(ARGV[2])), ARGV[1])
