-- KEYS: 1 meta (epoch, seq, restored:<replica>), 2 state (fields, see keys.go), 3 touched (field -> seq of its last change), 4 expires
-- (field -> Unix seconds), 5 answers to one replica's batches, 6 minutes (bucket of ids -> its last write), 7 outbox, 8 alert -> entry.
-- Amounts are texts: a Lua number is a double, wrong above 2^53. Nothing here adds or compares them as numbers.
local META, STATE, TOUCHED, EXPIRES, ANSWERS, MINUTES, OUTBOX, ALERTS = unpack(KEYS, 1, 8)
local CHUNK = 1000

-- moved is true where the caller knows another store than this: it lost its data, or is a new one.
local function moved(epoch)
  return redis.call('HGET', META, 'epoch') ~= epoch
end

local function chunks(list, call)
  for from = 1, #list, CHUNK do
    call(unpack(list, from, math.min(from + CHUNK - 1, #list)))
  end
end

-- touch says that the fields changed now.
local function touch(fields)
  local seq = redis.call('HINCRBY', META, 'seq', 1)
  local args = {}
  for _, field in ipairs(fields) do
    args[#args + 1] = seq
    args[#args + 1] = field
  end
  chunks(args, function(...) redis.call('ZADD', TOUCHED, ...) end)
end

-- answer ends every script: what changed since the caller's last seq, its own changes too. Too much is left to a scan.
local function answer(status, since, extra)
  local seq = redis.call('HGET', META, 'seq') or '0'
  local after = '(' .. since
  if redis.call('ZCOUNT', TOUCHED, after, '+inf') > 20 * CHUNK then
    return {status, seq, extra, 'scan'}
  end
  local fields, values = redis.call('ZRANGEBYSCORE', TOUCHED, after, '+inf'), {}
  chunks(fields, function(...)
    for _, value in ipairs(redis.call('HMGET', STATE, ...)) do
      values[#values + 1] = value
    end
  end)
  return {status, seq, extra, fields, values}
end
