-- What every script knows: the clock, the order of stamps, and what counts as a record. It is put before each of them.
-- Nothing here or there uses a Lua table of its own making, cjson or a shebang, so that ioredis-mock runs it too.

local FUTURE_LIMIT_MS = 60000
local MAX_CONFLICTS = 100

-- The server's clock in ms, unless a test says what time it is.
local function clock(now)
  if now ~= '' then return tonumber(now) end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Lua's own `>` follows the locale of the server; stamps are ordered by their bytes.
local function later(a, b)
  -- Most that is compared is the same, and known to be at once.
  if a == b then return false end
  for at = 1, math.max(#a, #b) do
    local x = string.byte(a, at) or -1
    local y = string.byte(b, at) or -1
    if x ~= y then return x > y end
  end
  return false
end

local function field(key, name)
  return redis.call('HGET', key, name) or ''
end

-- The whole number that a text is, as far as it can be counted with; 0 for anything else.
local function whole(text)
  return #text < 16 and string.find(text, '^%d+$') and tonumber(text) or 0
end

local function is_stamp(text)
  return #text == 27 and string.find(text, '^[0-9a-f]+%-[0-9a-z]+$') ~= nil and string.sub(text, 17, 17) == '-'
end

-- Of what is no stamp it says nothing: whoever may write may write anything, and no script ends because of it.
local function is_future(stamp, now)
  return is_stamp(stamp) and tonumber(string.sub(stamp, 1, 12), 16) > now + FUTURE_LIMIT_MS
end

-- The stamp of a node right before a moment. In two parts: the integers of ioredis-mock have 32 bits.
local function stamp_before(now, node)
  local ms = now - 1
  return string.format('%06x%06x0000-%s', math.floor(ms / 16777216), ms % 16777216, node)
end

-- Whether a writer that had seen `seen` knew of `stamp`, or of something later by the same node.
local function covers(seen, stamp)
  local node = string.sub(stamp, 18)
  for known in string.gmatch(seen, '[^,]+') do
    if string.sub(known, 18) == node and not later(stamp, known) then return true end
  end
  return false
end

local function last_clear(meta)
  local cleared = field(meta, 'cleared')
  return is_stamp(cleared) and cleared or ''
end

-- The same. One from the future would forbid every write until then, so it is taken to be of now.
local function cleared_at(meta, now)
  local cleared = last_clear(meta)
  if not is_future(cleared, now) then return cleared end
  cleared = stamp_before(now, string.sub(cleared, 18))
  redis.call('HSET', meta, 'cleared', cleared)
  return cleared
end

-- Whether there is a record with a value under `key`.
local function is_live(key, cleared, now)
  local stamp = field(key, 's')
  local expires = field(key, 'x')
  return is_stamp(stamp) and later(stamp, cleared) and field(key, 'd') ~= '1'
    and (expires == '' or whole(expires) > now)
end

-- Under what the counters of a config count: the last clear, and since when there has been the config.
local function generation(config, cleared)
  return cleared .. '+' .. field(config, 'i')
end

-- When a node last counted, ms since 1970; negative: when its share was folded; 0 for never.
local function last_counted(sharers, node)
  return tonumber(redis.call('ZSCORE', sharers, node) or '0')
end

local function set_last_counted(sharers, node, at)
  redis.call('ZADD', sharers, string.format('%.0f', at), node)
end

-- Whether a share was folded and there was no clear since: with a clear everybody counts from nothing.
local function is_folded(shares, cleared)
  return field(shares, 'folded') == 'under ' .. cleared
end

-- Keeps a conflict as `<loser> <winner> <key> <length of the loser's value, -1 for none> <of the winner's> <both>`.
local function add_conflict(key, member, loser, loser_value, winner, winner_value)
  local known = redis.pcall('ZLEXCOUNT', key, '[' .. loser .. ' ', '(' .. loser .. '!')
  -- Where something foreign lies there is no room for it, which is no reason to refuse the write.
  if type(known) ~= 'number' or known > 0 then return end
  local lost = loser_value and #loser_value or -1
  local won = winner_value and #winner_value or -1
  local text = string.format('%s %s %s %d %d ', loser, winner, member, lost, won)
  redis.call('ZADD', key, 0, text .. (loser_value or '') .. (winner_value or ''))
  redis.call('ZREMRANGEBYRANK', key, 0, -MAX_CONFLICTS - 1)
end

-- Moves the feed on, tells who listens, and returns the new revision. A user without the right to publish is no failure:
-- the others ask from time to time. With a `sign` of `~` before it the revision is one of counters, which are no hurry.
local function next_rev(meta, channel, sign)
  local rev = redis.call('HINCRBY', meta, 'rev', 1)
  redis.pcall('PUBLISH', channel, string.format('%s%d', sign or '', rev))
  return rev
end
