def handler(event:, context:)
  puts event
end
