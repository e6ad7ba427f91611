module.exports = () => ({ service: 'orders' });
