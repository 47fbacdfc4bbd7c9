-- ARGV: alert, entry, alert, entry … They were accepted: the outbox forgets them. A store that lost its data may hold an alert in another
-- entry than the one it was taken from.
local function remove(entry)
  redis.call('XACK', OUTBOX, 'replicas', entry)
  redis.call('XDEL', OUTBOX, entry)
end
for i = 1, #ARGV, 2 do
  local entry = redis.call('HGET', ALERTS, ARGV[i])
  if entry then
    remove(entry)
    redis.call('HDEL', ALERTS, ARGV[i])
  end
  if entry ~= ARGV[i + 1] then remove(ARGV[i + 1]) end
end
return {'ok'}
