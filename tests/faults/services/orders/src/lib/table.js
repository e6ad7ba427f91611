const items = new Map();

module.exports.put = async (item) => items.set(item.id, item);
module.exports.get = async (id) => items.get(id);
module.exports.query = async (customerId) => [...items.values()].filter((it) => it.customerId === customerId);
