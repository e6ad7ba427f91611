const stage = await Promise.resolve('live');

export default { service: 'orders', provider: { name: 'aws', stage } };
