module.exports = class Broken { constructor() { throw new Error('needs a network'); } };
