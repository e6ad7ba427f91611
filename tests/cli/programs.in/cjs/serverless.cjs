exports.service = 'orders';
exports.provider = { name: 'aws', stage: 'live' };
