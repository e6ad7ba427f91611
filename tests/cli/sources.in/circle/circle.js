exports.one = ({ resolveVariable }) => resolveVariable('self:custom.two');
exports.two = ({ resolveConfigurationProperty }) => resolveConfigurationProperty(['custom', 'one']);
