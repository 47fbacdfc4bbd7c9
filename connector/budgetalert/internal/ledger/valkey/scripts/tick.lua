-- Once a second: says that the replica is alive, and removes what is over. ARGV: 1 epoch, 2 since, 3 now, 4 seconds that ids stay,
-- 5 ids that may stay, 6 field of the replica's heartbeat, 7 its expiry, 8 its time where the replica leaves. Tells how many ids there are, how old the oldest are, how many were evicted.
if moved(ARGV[1]) then return {'moved'} end
local now = tonumber(ARGV[3])
redis.call('HSET', STATE, ARGV[6], ARGV[1] .. ' ' .. (ARGV[8] or redis.call('TIME')[1]))
redis.call('ZADD', EXPIRES, ARGV[7], ARGV[6])
touch({ARGV[6]})

local due = redis.call('ZRANGEBYSCORE', EXPIRES, '-inf', ARGV[3], 'LIMIT', 0, CHUNK)
chunks(due, function(...)
  redis.call('HDEL', STATE, ...)
  redis.call('ZREM', EXPIRES, ...)
  redis.call('ZREM', TOUCHED, ...)
end)

local buckets, ids, oldest = redis.call('ZRANGE', MINUTES, 0, -1, 'WITHSCORES'), 0, now
local sizes = {}
for i = 1, #buckets, 2 do
  local size = redis.call('SCARD', buckets[i])
  if size == 0 then redis.call('ZREM', MINUTES, buckets[i]) end
  sizes[i] = size
  ids = ids + size
end
for i = 1, #buckets, 2 do
  if ids > tonumber(ARGV[5]) and sizes[i] > 0 then
    redis.call('UNLINK', buckets[i])
    redis.call('ZREM', MINUTES, buckets[i])
    redis.call('HINCRBY', META, 'evicted', sizes[i])
    ids = ids - sizes[i]
  elseif sizes[i] > 0 then
    oldest = math.min(oldest, tonumber(buckets[i + 1]))
  end
end
local age = string.format('%d', math.max(now - oldest, 0))
return answer('ok', ARGV[2], string.format('%d', ids) .. ' ' .. age .. ' ' .. (redis.call('HGET', META, 'evicted') or '0'))
