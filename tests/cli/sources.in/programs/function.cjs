module.exports = async ({ options, resolveVariable, resolveConfigurationProperty }) => ({
  given: options.stage,
  stage: await resolveVariable('sls:stage'),
  fallback: await resolveVariable("env:NOT_SET_ANYWHERE, 'fallback'"),
  table: await resolveConfigurationProperty(['custom', 'object', 'table', 'name']),
  missing: (await resolveConfigurationProperty(['custom', 'no-such-key'])) === undefined,
});
