exports.run = async () => "hello";
