module.exports = {
  handler: async (event) => {
    console.log('cancelled', event);
  },
};
