-- Asks for one job at a time. Arguments: the path.

local path, sent = nil, 0
local headers = { ["Content-Type"] = "application/json" }

function init(args)
  path = args[1]
end

function request()
  sent = sent + 1
  return wrk.format("POST", path, headers, '{"text": "bonjour le monde ' .. sent .. '"}')
end
