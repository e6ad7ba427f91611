module.exports = () => {
  throw new TypeError('no such table');
};
