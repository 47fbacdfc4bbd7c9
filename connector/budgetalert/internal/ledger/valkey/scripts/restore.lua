-- Gives a store that lost its data back what one replica knows. ARGV: 1 epoch, 2 what, then a list of it.
if moved(ARGV[1]) then return {'moved'} end
local what, touched = ARGV[2], {}

-- longer, or as long and later in order: the greater of two decimal texts without sign.
local function greater(a, b)
  return #a > #b or (#a == #b and a > b)
end

local steps = {
  -- begin: replica. From here on its shares are its own affair: what others remember of them counts no more.
  begin = function()
    redis.call('HSET', META, 'restored:' .. ARGV[3], ARGV[1])
  end,
  -- own: field, sum, expiry: this replica's shares, exactly.
  own = function()
    for i = 3, #ARGV, 3 do
      redis.call('HSET', STATE, ARGV[i], ARGV[i + 1])
      redis.call('ZADD', EXPIRES, 'GT', ARGV[i + 2], ARGV[i])
      touched[#touched + 1] = ARGV[i]
    end
  end,
  -- others: replica, field, sum, expiry: shares of replicas that may never come back, at least as high as they were seen.
  others = function()
    for i = 3, #ARGV, 4 do
      local field, sum = ARGV[i + 1], ARGV[i + 2]
      if redis.call('HGET', META, 'restored:' .. ARGV[i]) ~= ARGV[1] and greater(sum, redis.call('HGET', STATE, field) or '') then
        redis.call('HSET', STATE, field, sum)
        redis.call('ZADD', EXPIRES, 'GT', ARGV[i + 3], field)
        touched[#touched + 1] = field
      end
    end
  end,
  -- marks: field, value, expiry or ''.
  marks = function()
    for i = 3, #ARGV, 3 do
      if redis.call('HSETNX', STATE, ARGV[i], ARGV[i + 1]) == 1 then
        if ARGV[i + 2] ~= '' then redis.call('ZADD', EXPIRES, ARGV[i + 2], ARGV[i]) end
        touched[#touched + 1] = ARGV[i]
      end
    end
  end,
  -- ids: now, seconds that ids stay, then ids of the bucket KEYS[9].
  ids = function()
    redis.call('SADD', KEYS[9], unpack(ARGV, 5))
    redis.call('EXPIRE', KEYS[9], ARGV[4])
    redis.call('ZADD', MINUTES, ARGV[3], KEYS[9])
  end,
  -- alerts: alert, body: those that were not delivered yet.
  alerts = function()
    for i = 3, #ARGV, 2 do
      if redis.call('HEXISTS', ALERTS, ARGV[i]) == 0 then
        redis.call('HSET', ALERTS, ARGV[i], redis.call('XADD', OUTBOX, '*', 'id', ARGV[i], 'body', ARGV[i + 1]))
      end
    end
  end,
  -- finish: number of the last batch that was answered, field of the replica's heartbeat.
  finish = function()
    redis.call('DEL', ANSWERS)
    redis.call('HSET', ANSWERS, 'last', ARGV[3])
    redis.call('HSET', STATE, ARGV[4], ARGV[1] .. ' ' .. redis.call('TIME')[1])
    touched[1] = ARGV[4]
  end,
}
steps[what]()
if #touched > 0 then touch(touched) end
return {'ok'}
