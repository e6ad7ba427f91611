// Loaded into the framework by `accepted`: writes down the schema by which a configuration is checked, and ends.
'use strict';

const fs = require('fs');
const path = require('path');

const handler = path.join(process.env.RECORD_FROM, 'lib', 'classes', 'config-schema-handler', 'index.js');
const { prototype } = require(handler);

prototype.validateConfig = function record() {
  fs.writeFileSync(process.env.RECORD_SCHEMA, JSON.stringify(this.schema));
  process.exit(0);
};
