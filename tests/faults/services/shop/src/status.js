module.exports.handler = () => Promise.resolve({ statusCode: 200 });
