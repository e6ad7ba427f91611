module.exports = async ({ resolveVariable }) => ((await resolveVariable('sls:stage')) === 'prod' ? 'long' : 3);
