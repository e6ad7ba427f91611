module.exports = class Hello {};
