def handler(event:, context:)
  event['response']['emailSubject'] = 'Welcome'
  event
end
