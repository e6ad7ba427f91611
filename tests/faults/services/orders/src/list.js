const { query } = require('./lib/table');

async function handler(event) {
  return { statusCode: 200, body: JSON.stringify(await query(event.pathParameters?.customerId)) };
}

module.exports = { handler };
