module.exports = class Vault {
  constructor(serverless, options, { log }) {
    log.notice('made');
    serverless.configSchemaHandler.defineTopLevelProperty('vault', { type: 'object' });
    this.configurationVariablesSources = {
      vault: {
        resolve: async ({ address, params, resolveVariable }) => {
          if (address === 'none') return { value: null };
          const prefix = await resolveVariable('self:custom.prefix');
          return { value: { path: [prefix, ...(params || []), address].join('/'), service: '${self:service}' } };
        },
      },
    };
  }
};
