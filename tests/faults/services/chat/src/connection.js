const connect = async () => ({ statusCode: 200 });
const disconnect = async () => ({ statusCode: 200 });

module.exports = { connect, disconnect };
