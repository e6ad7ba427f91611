'use strict';

const { get } = require('./lib/table');

exports.handler = async (event) => ({
  statusCode: 200,
  body: JSON.stringify(await get(event.pathParameters.id)),
});
