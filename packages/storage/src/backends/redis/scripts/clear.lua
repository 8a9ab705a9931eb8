-- Makes everything up to a stamp dead; what it killed is swept away afterwards.
-- KEYS  1 meta
-- ARGV  1 epoch  2 now, or ''  3 channel  4 stamp
-- returns {'cleared', now, the stamp of the latest clear} or {'lost'}
local meta = KEYS[1]
if field(meta, 'epoch') ~= ARGV[1] then return {'lost'} end
local now = clock(ARGV[2])
local cleared = cleared_at(meta, now)
if not is_future(ARGV[4], now) and later(ARGV[4], cleared) then
  cleared = ARGV[4]
  redis.call('HSET', meta, 'cleared', cleared)
  next_rev(meta, ARGV[3])
end
return {'cleared', string.format('%.0f', now), cleared}
