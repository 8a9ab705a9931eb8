-- What is there, before anything is written.
-- KEYS  1 meta  2 index
-- returns {epoch, schema, ids, '1' if there is an index, INFO server or ''}
local info = redis.pcall('INFO', 'server')
if type(info) ~= 'string' then info = '' end
return {field(KEYS[1], 'epoch'), field(KEYS[1], 'schema'), field(KEYS[1], 'ids'),
  string.format('%d', redis.call('EXISTS', KEYS[2])), info}
