// Evaluates a configuration that is a program and writes it as JSON. Run by `node --eval` in the directory of the
// service, with the file, the file to write to, and the arguments of the command line.
//
// Writes {"value": ...} or {"error": {"what", "at", "help"}}. What the program prints goes where our messages go.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { types } = require('util');

const [file, out] = process.argv.slice(1, 3);
const name = path.basename(file);
const fromService = createRequire(file);
process.argv = [process.argv[0], 'slsc', ...process.argv.slice(3)];

class Refusal extends Error {
  constructor(what, help) {
    super(what);
    this.help = help;
  }
}

function finish(result) {
  fs.writeFileSync(out, JSON.stringify(result));
  // Timers and connections that the program has left open would keep the process.
  process.exit(0);
}

// Where in the program an error was made: the first place of its stack that lies in the service.
function place(error) {
  const stack = String((error && error.stack) || '');
  const directory = path.dirname(file);
  for (const line of stack.split('\n')) {
    const found = /(?:file:\/\/)?((?:[A-Za-z]:)?[\\/][^()\n]*?):(\d+)(?::(\d+))?\)?$/.exec(line.trim());
    if (found && found[1].startsWith(directory) && !found[1].includes('node_modules')) {
      const column = found[3] ? `:${found[3]}` : '';
      return `${path.relative(directory, found[1])}:${found[2]}${column}`;
    }
  }
  return null;
}

function resolve(request) {
  // What the service has itself, and what the framework in it brings along.
  for (const owner of [null, 'osls/package.json', 'serverless/package.json']) {
    try {
      const from = owner === null ? fromService : createRequire(fromService.resolve(owner));
      return from.resolve(request);
    } catch (_) {
      continue;
    }
  }
  return null;
}

function compile(code) {
  const Module = require('module');
  const made = new Module(file, null);
  made.filename = file;
  made.paths = Module._nodeModulePaths(path.dirname(file));
  made._compile(code, file);
  return made.exports;
}

const stripsTypes = () => Boolean(process.features.typescript);

function canStripTypes() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 6);
}

async function typescript() {
  const tsx = resolve('tsx/cjs/api');
  if (tsx) return require(tsx).require(file, file);
  const esbuild = resolve('esbuild');
  if (esbuild) {
    const bundled = require(esbuild).buildSync({
      entryPoints: [file],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      packages: 'external',
      target: `node${process.versions.node}`,
      logLevel: 'silent',
      write: false,
    });
    return compile(bundled.outputFiles[0].text);
  }
  const tsNode = resolve('ts-node');
  if (tsNode) {
    require(tsNode).register({
      cwd: path.dirname(file),
      transpileOnly: true,
      compilerOptions: { module: 'commonjs', moduleResolution: 'node' },
    });
    return require(file);
  }
  if (stripsTypes()) return import(pathToFileURL(file).href);
  if (canStripTypes()) {
    const child = require('child_process').spawnSync(
      process.execPath,
      ['--experimental-strip-types', '--no-warnings', ...process.execArgv, file, out, ...process.argv.slice(2)],
      { stdio: 'inherit' }
    );
    process.exit(child.status === null ? 1 : child.status);
  }
  throw new Refusal(
    `nothing here can read \`${name}\`: TypeScript needs \`tsx\`, \`esbuild\` or \`ts-node\`, or Node.js 22.6 or newer`,
    'run `npm install --save-dev tsx`'
  );
}

async function script() {
  try {
    return require(file);
  } catch (error) {
    // A package of `"type": "module"`, where `.js` is what `.mjs` is elsewhere.
    if (error && (error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE')) {
      return import(pathToFileURL(file).href);
    }
    throw error;
  }
}

async function evaluated() {
  const extension = path.extname(file);
  if (extension === '.ts') {
    const found = await typescript();
    const inner = (found && found.default) || found;
    return (inner && inner.__esModule && inner.default) || inner;
  }
  const found = await (extension === '.mjs' ? import(pathToFileURL(file).href) : script());
  return types.isModuleNamespaceObject(found) ? found.default : found;
}

function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.prototype.hasOwnProperty.call(prototype, 'propertyIsEnumerable');
}

function noun(value) {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return `an object of the class \`${value.constructor && value.constructor.name}\``;
  return `a ${typeof value}`;
}

(async () => {
  const value = await evaluated();
  if (!isPlain(value)) {
    throw new Refusal(
      `\`${name}\` gives ${noun(value)} instead of a configuration`,
      'export the configuration itself, or a promise of it'
    );
  }
  let json;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new Refusal(
      `the configuration in \`${name}\` is no plain data: ${String(error.message).split('\n')[0]}`,
      'keep to strings, numbers, lists and objects that do not hold themselves'
    );
  }
  finish({ value: JSON.parse(json) });
})().catch((error) => {
  if (error instanceof Refusal) finish({ error: { what: error.message, at: null, help: error.help } });
  const message = error && error.message ? `${error.name || 'Error'}: ${error.message}` : String(error);
  const trace = error && error.stack ? String(error.stack) : null;
  finish({ error: { what: `\`${name}\` fails: ${message.split('\n')[0]}`, at: place(error), help: null, trace } });
});
