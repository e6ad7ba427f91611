// Loaded before the framework's command line (`node --require`). It prints the message of an error but never its code;
// this writes both to $RECORD_ERROR, and changes nothing.
'use strict';

const fs = require('fs');
const path = require('path');

const file = process.env.RECORD_ERROR;
const reporter = path.join(process.env.RECORD_FROM, 'lib', 'cli', 'handle-error.js');
delete process.env.RECORD_ERROR;
delete process.env.RECORD_FROM;
delete process.env.NODE_OPTIONS;

const compile = require.extensions['.js'];
require.extensions['.js'] = (module, name) => {
  compile(module, name);
  if (name !== reporter) return;
  const report = module.exports;
  module.exports = (error, ...rest) => {
    fs.writeFileSync(file, JSON.stringify({ code: error.code ?? null, message: error.message }));
    return report(error, ...rest);
  };
};
