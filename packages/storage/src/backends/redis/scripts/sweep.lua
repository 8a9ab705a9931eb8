-- Removes a record or statistics that a clear has killed.
-- KEYS  1 record or stats  2 index  3 meta
-- ARGV  1 member
local key, index, meta = KEYS[1], KEYS[2], KEYS[3]
local cleared = last_clear(meta)
local stamp = field(key, 's')
if stamp == '' then
  for _, name in ipairs(redis.call('HKEYS', key)) do
    if string.sub(name, 1, 1) == '@' and string.sub(field(key, name), 1, #cleared + 1) == cleared .. '+' then return end
  end
elseif later(stamp, cleared) then
  return
end
redis.call('DEL', key)
redis.call('ZREM', index, ARGV[1])
