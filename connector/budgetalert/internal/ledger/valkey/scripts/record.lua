-- Counts one batch. ARGV: 1 epoch, 2 since, 3 number of the batch ('' for none: only the answer), 4 the one before, 5 seconds that ids
-- stay, 6 now, then the counts of 7 batches to forget, 8 buckets (KEYS 9...), 9 calls, 10 slots, and these lists: numbers to forget;
-- calls per bucket; ids in the order of their buckets; the adds of each call ("slot:amount;"); field, sum over all calls, expiry of
-- each slot.
local number, window, now = ARGV[3], ARGV[5], ARGV[6]
if moved(ARGV[1]) then return {'moved'} end
if number == '' then return answer('ok', ARGV[2], '') end

local last = tonumber(redis.call('HGET', ANSWERS, 'last') or '0')
if last < tonumber(ARGV[4]) then return {'lost'} end -- batches were answered that this store does not know
if last >= tonumber(number) then -- sent again: the first answer still holds
  return answer('ok', ARGV[2], redis.call('HGET', ANSWERS, number) or '')
end

local forgotten, buckets, calls, slots = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local sizes = 10 + forgotten
local ids = sizes + buckets
local adds = ids + calls
local sums = adds + calls
redis.call('HSET', ANSWERS, 'last', number) -- the first write: a server without memory refuses here, before anything is counted

local fresh, bits, from = 0, {}, ids
for bucket = 1, buckets do
  local key, upto = KEYS[8 + bucket], from + tonumber(ARGV[sizes + bucket])
  while from < upto do
    local to = math.min(from + CHUNK, upto)
    local unseen = false
    for _, known in ipairs(redis.call('SMISMEMBER', key, unpack(ARGV, from + 1, to))) do
      bits[#bits + 1] = known == 0 and '1' or '0'
      if known == 0 then
        fresh = fresh + 1
        unseen = true
      end
    end
    if unseen then redis.call('SADD', key, unpack(ARGV, from + 1, to)) end
    from = to
  end
  redis.call('EXPIRE', key, window)
  redis.call('ZADD', MINUTES, now, key)
end

local hit = {}
local function add(slot, amount)
  local field = ARGV[sums + 3 * slot - 2]
  local sum = redis.pcall('HINCRBY', STATE, field, amount)
  if type(sum) == 'table' and sum.err then
    if not string.find(sum.err, 'overflow') then return sum end
    redis.call('HSET', STATE, field, '9223372036854775807') -- saturates
  end
  hit[slot] = true
end
if fresh == calls then
  for slot = 1, slots do add(slot, ARGV[sums + 3 * slot - 1]) end
elseif fresh > 0 then
  for call = 1, calls do
    if bits[call] == '1' then
      for slot, amount in string.gmatch(ARGV[adds + call], '(%d+):(%d+);') do add(tonumber(slot), amount) end
    end
  end
end

local touched, expires = {}, {}
for slot in pairs(hit) do
  touched[#touched + 1] = ARGV[sums + 3 * slot - 2]
  if ARGV[sums + 3 * slot] ~= '' then
    expires[#expires + 1] = ARGV[sums + 3 * slot]
    expires[#expires + 1] = ARGV[sums + 3 * slot - 2]
  end
end
touch(touched)
chunks(expires, function(...) redis.call('ZADD', EXPIRES, 'GT', ...) end)

local told = table.concat(bits)
if fresh == calls then told = 'all' elseif fresh == 0 then told = 'none' end
redis.call('HSET', ANSWERS, number, told)
redis.call('EXPIRE', ANSWERS, 400 * 86400)
local forget = {}
for i = 1, forgotten do forget[i] = ARGV[10 + i] end
chunks(forget, function(...) redis.call('HDEL', ANSWERS, ...) end)
return answer('ok', ARGV[2], told)
