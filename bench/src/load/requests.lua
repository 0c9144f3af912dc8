-- For wrk: sends the prepared requests of a file, over and over. Each line of
-- the file is a token, the encodings that are accepted, and a body, with tabs
-- between them. Each thread begins at another place, so that they do not ask
-- for the same members at the same time. Without a token it is the address itself.

local threads = 0

function setup(thread)
   thread:set("place", threads * 7919)
   threads = threads + 1
end

function init(arguments)
   requests = {}
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
      end
   end
end

function request()
   place = place % #requests + 1
   return requests[place]
end

-- There is no function `response`: it would cost as much as sending does. wrk
-- counts answers other than 2xx and 3xx by itself.

function done(summary, latency)
   local errors = summary.errors
   print(string.format(
      'coach-bench {"requests":%d,"microseconds":%d,"bytes":%d,"p50":%d,"p99":%d,"failed":%d}',
      summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
