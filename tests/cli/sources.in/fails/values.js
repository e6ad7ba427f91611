exports.map = new Map();
exports.asks = ({ resolveVariable }) => resolveVariable('self:custom.nowhere');
