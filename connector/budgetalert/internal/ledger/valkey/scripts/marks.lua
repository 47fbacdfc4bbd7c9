-- Sets and releases marks, and raises the alerts that hang on them. A change applies only to the value that its replica decided on: of
-- two replicas that decide the same, one wins. ARGV: 1 epoch, 2 since, 3 alerts that the outbox may hold, then per change: field, 0, 1
-- or 2 (a value is expected; one that is over, so that it may be gone), that value, 0 or 1 (set, else release), the new value, expiry or '', alert or '', its body.
if moved(ARGV[1]) then return {'moved'} end
local full = tonumber(ARGV[3])
local touched, told = {}, {}

local function apply(i)
  local field, alert = ARGV[i], ARGV[i + 6]
  local value = redis.call('HGET', STATE, field)
  if value then
    if ARGV[i + 1] == '0' or value ~= ARGV[i + 2] then return '0' end
  elseif ARGV[i + 1] == '1' then
    return '0'
  end
  if alert ~= '' and redis.call('HEXISTS', ALERTS, alert) == 0 then
    if redis.call('XLEN', OUTBOX) >= full then return '0' end -- the next decision finds the crossing again
    redis.call('HSET', ALERTS, alert, redis.call('XADD', OUTBOX, '*', 'id', alert, 'body', ARGV[i + 7]))
  end
  if ARGV[i + 3] == '1' then redis.call('HSET', STATE, field, ARGV[i + 4]) else redis.call('HDEL', STATE, field) end
  if ARGV[i + 3] == '1' and ARGV[i + 5] ~= '' then
    redis.call('ZADD', EXPIRES, ARGV[i + 5], field)
  else
    redis.call('ZREM', EXPIRES, field)
  end
  touched[#touched + 1] = field
  return '1'
end

for i = 4, #ARGV, 8 do told[#told + 1] = apply(i) end
touch(touched)
return answer('ok', ARGV[2], table.concat(told))
