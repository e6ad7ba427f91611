exports.handler = async () => 'rotated';
