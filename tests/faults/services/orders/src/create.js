'use strict';

const { put } = require('./lib/table');

module.exports.handler = async (event) => {
  const order = JSON.parse(event.body);
  await put({ ...order, placedAt: Date.now() });
  return { statusCode: 201, body: JSON.stringify(order) };
};
