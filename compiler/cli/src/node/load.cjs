// Loads a program in JavaScript or TypeScript and says where it fails. The first part of each script that is run by
// `node --eval`.
'use strict';

const fs = require('fs');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { types } = require('util');

class Refusal extends Error {
  constructor(what, help) {
    super(what);
    this.help = help;
  }
}

// Where in the program an error was made: the first place of its stack that lies in the directory.
function place(error, directory) {
  const stack = String((error && error.stack) || '');
  for (const line of stack.split('\n')) {
    const found = /(?:file:\/\/)?((?:[A-Za-z]:)?[\\/][^()\n]*?):(\d+)(?::(\d+))?\)?$/.exec(line.trim());
    if (found && found[1].startsWith(directory) && !found[1].includes('node_modules')) {
      const column = found[3] ? `:${found[3]}` : '';
      return `${path.relative(directory, found[1])}:${found[2]}${column}`;
    }
  }
  return null;
}

// Why `name` gives nothing, as it is written down.
function refusal(error, name, directory) {
  if (error instanceof Refusal) return { what: error.message, at: null, help: error.help };
  // What we have answered, or what a plugin says to the user, is a sentence already.
  const isTold = error && error.name === 'ServerlessError';
  const text = error && error.message ? `${error.name || 'Error'}: ${error.message}` : String(error);
  const message = isTold ? error.message : text;
  const trace = error && error.stack ? String(error.stack) : null;
  return { what: `\`${name}\` fails: ${message.split('\n')[0]}`, at: place(error, directory), help: null, trace };
}

function resolve(request, fromFile) {
  // What the service has itself, and what the framework in it brings along.
  for (const owner of [null, 'osls/package.json', 'serverless/package.json']) {
    try {
      const from = owner === null ? fromFile : createRequire(fromFile.resolve(owner));
      return from.resolve(request);
    } catch (_) {
      continue;
    }
  }
  return null;
}

function compile(code, file) {
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

// Runs this script again, in a `node` that takes the types away itself.
function runAgain(...args) {
  const flags = ['--experimental-strip-types', '--no-warnings', ...process.execArgv];
  const child = require('child_process').spawnSync(process.execPath, [...flags, ...args], { stdio: 'inherit' });
  process.exit(child.status === null ? 1 : child.status);
}

async function typescript(file, again) {
  const fromFile = createRequire(file);
  const tsx = resolve('tsx/cjs/api', fromFile);
  if (tsx) return require(tsx).require(file, file);
  const esbuild = resolve('esbuild', fromFile);
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
    return compile(bundled.outputFiles[0].text, file);
  }
  const tsNode = resolve('ts-node', fromFile);
  if (tsNode) {
    require(tsNode).register({
      cwd: path.dirname(file),
      transpileOnly: true,
      compilerOptions: { module: 'commonjs', moduleResolution: 'node' },
    });
    return require(file);
  }
  if (stripsTypes()) return import(pathToFileURL(file).href);
  if (canStripTypes()) again();
  throw new Refusal(
    `nothing here can read \`${path.basename(file)}\`: TypeScript needs \`tsx\`, \`esbuild\` or \`ts-node\`, or Node.js 22.6 or newer`,
    'run `npm install --save-dev tsx`'
  );
}

async function script(file) {
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

// What a file exports, as its loader gives it. `again` runs this script anew where types are taken away.
async function load(file, again) {
  const extension = path.extname(file);
  if (['.ts', '.cts', '.mts'].includes(extension)) return typescript(file, again);
  return extension === '.mjs' ? import(pathToFileURL(file).href) : script(file);
}

function noun(value) {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return `an object of the class \`${value.constructor && value.constructor.name}\``;
  return typeof value === 'number' ? `the number \`${value}\`` : `a ${typeof value}`;
}

function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.prototype.hasOwnProperty.call(prototype, 'propertyIsEnumerable');
}
