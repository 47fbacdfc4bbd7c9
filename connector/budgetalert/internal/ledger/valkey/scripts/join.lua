-- ARGV: 1 an epoch for a store that has none, 2 the epoch that lost data and ends ('' for none). Tells the epoch, the seq and the last
-- batch of this replica.
local epoch = redis.call('HGET', META, 'epoch')
if not epoch or epoch == ARGV[2] then
  epoch = ARGV[1]
  redis.call('HSET', META, 'epoch', epoch)
end
return {epoch, redis.call('HGET', META, 'seq') or '0', redis.call('HGET', ANSWERS, 'last') or '0'}
