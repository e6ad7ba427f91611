exports.handler = async () => ({ statusCode: 200 });
exports.empty = async () => undefined;
