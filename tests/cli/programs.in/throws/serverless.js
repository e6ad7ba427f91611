const settings = {};

module.exports = { service: settings.name.toLowerCase() };
