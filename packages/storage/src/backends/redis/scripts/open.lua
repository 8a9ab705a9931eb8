-- Makes the dataspace where there is none, and adds the ids that it is known by.
-- KEYS  1 meta  2 index
-- ARGV  1 schema  2 layout  3 epoch, if it is made  4 ids to add  5 ids, if there are none  6 now, or ''
--       7 lifetime in ms, or ''
-- returns {epoch, ids, the stamp at which it began with nothing, or ''} or {'foreign'}
local meta = KEYS[1]
-- A hash of somebody else.
if field(meta, 'epoch') == '' and redis.call('EXISTS', meta) == 1 then return {'foreign'} end
if redis.call('HSETNX', meta, 'epoch', ARGV[3]) == 1 then
  local began = ''
  -- Where only meta is gone there is something still.
  if redis.call('EXISTS', KEYS[2]) == 0 then began = stamp_before(clock(ARGV[6]), ARGV[3]) end
  redis.call('HSET', meta, 'schema', ARGV[1], 'layout', ARGV[2], 'cleared', '', 'began', began)
end
local ids = field(meta, 'ids')
local wanted = ARGV[4]
if wanted == '' and ids == '' then wanted = ARGV[5] end
for id in string.gmatch(wanted, '[^,]+') do
  if not string.find(',' .. ids .. ',', ',' .. id .. ',', 1, true) then
    ids = ids == '' and id or ids .. ',' .. id
    redis.call('HSET', meta, 'ids', ids)
  end
end
if ARGV[7] ~= '' then redis.call('PEXPIRE', meta, ARGV[7]) end
return {field(meta, 'epoch'), ids, field(meta, 'began')}
