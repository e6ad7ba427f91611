module.exports = { service: 'from-other', provider: { name: 'aws' } };
