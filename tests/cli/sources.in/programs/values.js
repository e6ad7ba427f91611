console.log('what a program prints is no part of the result');
module.exports = { table: { name: '${self:service}-table', none: null } };
