-- Adds one row at a time as JSON. Arguments: the path, and a word that sets this load's names apart.

local path, word, sent = nil, nil, 0
local headers = { ["Content-Type"] = "application/json" }

function init(args)
  path, word = args[1], args[2]
end

function request()
  sent = sent + 1
  local name = word .. " " .. sent
  return wrk.format("POST", path, headers,
    '{"name": "' .. name .. '", "description": "The description of ' .. name .. ', of a length that such texts have."}')
end
