const provider = { name: 'aws' };
provider.custom = provider;
module.exports = { service: 'orders', provider };
