-- For wrk: sends the prepared requests of a file repeatedly. Each line of the
-- file consists of a token, the accepted encodings, and a body, separated by
-- tabs. Each thread starts at another position, so that threads do not send
-- requests of the same members at the same time. A line without a token is a GET
-- of the URL itself. An idempotency key of zeros stands for a new one each time.

local threads = 0

-- As long as each key, so that the length of the body stays.
local zeros = string.rep("0", 32)

function setup(thread)
   thread:set("position", threads * 7919)
   thread:set("number", threads)
   threads = threads + 1
end

function init(arguments)
   requests = {}
   keyed = {}
   keys = 0
   started = os.time()
   for line in io.lines(arguments[1]) do
      local token, encodings, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = {
         ["authorization"] = "Bearer " .. token,
         ["accept"] = "application/graphql-response+json",
         ["content-type"] = "application/json",
      }
      if encodings ~= "" then
         headers["accept-encoding"] = encodings
      end
      if token == "" then
         requests[#requests + 1] = wrk.format("GET")
      else
         requests[#requests + 1] = wrk.format("POST", nil, headers, body)
         keyed[#requests] = body:find(zeros, 1, true) ~= nil
      end
   end
end

function request()
   position = position % #requests + 1
   local request = requests[position]
   if keyed[position] then
      keys = keys + 1
      request = request:gsub(zeros, string.format("%08x%04x%020d", started, number, keys), 1)
   end
   return request
end

-- There is no function `response`, because it would cost as much as sending. wrk
-- itself counts responses other than 2xx and 3xx.

function done(summary, latency)
   local errors = summary.errors
   print(string.format(
      'coach-bench {"requests":%d,"microseconds":%d,"bytes":%d,"p50":%d,"p99":%d,"failed":%d}',
      summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
