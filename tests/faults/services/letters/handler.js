module.exports.write = (event, context, callback) => callback(null, { statusCode: 201 });
module.exports.burn = (event, context, callback) => callback();
