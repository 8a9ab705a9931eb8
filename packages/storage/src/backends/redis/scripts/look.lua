-- What is there, before anything is written.
-- KEYS  1 meta
-- ARGV  1 now, or ''
-- returns {epoch, schema, ids, the stamp at which it began with nothing, the stamp of the last clear, now, INFO server or ''}
local info = redis.pcall('INFO', 'server')
if type(info) ~= 'string' then info = '' end
return {field(KEYS[1], 'epoch'), field(KEYS[1], 'schema'), field(KEYS[1], 'ids'), field(KEYS[1], 'began'),
  field(KEYS[1], 'cleared'), string.format('%.0f', clock(ARGV[1])), info}
