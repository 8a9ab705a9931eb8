-- Writes lookup fields, which end by themselves. Where something foreign lies, it stays as it is.
-- KEYS  lookup keys
-- ARGV  1 how long they live, in ms  2.. for each key a field and its value
for at = 1, #KEYS do
  if type(redis.pcall('HSET', KEYS[at], ARGV[2 * at], ARGV[2 * at + 1])) == 'number' then
    redis.call('PEXPIRE', KEYS[at], ARGV[1])
  end
end
