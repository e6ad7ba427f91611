exports.create = async () => ({ statusCode: 201 });
exports.get = async () => ({ statusCode: 200 });
