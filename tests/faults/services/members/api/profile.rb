require 'json'

def show(event:, context:)
  { statusCode: 200, body: JSON.generate(id: event['pathParameters']['memberId']) }
end

def picture(event:, context:)
  { url: event['memberId'] }
end
