const limits = { timeout: 20 };

console.log('evaluated for', process.argv.slice(2).join(' '));

module.exports = Promise.resolve({
  service: 'orders',
  provider: { name: 'aws', runtime: 'nodejs22.x', created: undefined },
  functions: {
    create: { handler: 'orders.create', ...limits, timout: 10, onlyInCode() {} },
    list: { handler: 'orders.list', memorySize: '${self:custom.memory}' },
  },
  custom: { memory: 'plenty', since: new Date(0) },
});
