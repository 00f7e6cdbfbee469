-- Asks for one row at a time, by a random key.
-- Arguments: the path before the key, a file with one key a line, the path after the key.
-- The requests are made before the load starts, so that the load thread does the same little work for every server.

local requests = {}

function init(args)
  math.randomseed(7)
  for id in io.lines(args[2]) do
    requests[#requests + 1] = wrk.format("GET", args[1] .. id .. (args[3] or ""))
  end
end

function request()
  return requests[math.random(#requests)]
end
