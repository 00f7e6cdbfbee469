-- Asks for one page of rows, the same each time. Argument: the path with its query.

local asked

function init(args)
  asked = wrk.format("GET", args[1])
end

function request()
  return asked
end
