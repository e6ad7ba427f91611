module.exports = class Secrets {
  constructor() {
    this.variableResolvers = { secrets: async (variable) => `of ${variable}` };
  }
};
