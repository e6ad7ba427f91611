// Runs the programs that a configuration refers to, and the plugins that bring sources of variables, and answers what
// they give. Run in the directory of the service, with the mark of its own lines and the arguments of the command
// line.
//
// Reads lines {"id", "run": {"file", "address"}}, {"id", "plugin": {"source", "params", "address"}}, both with the
// "context", and {"reply", "value" | "nothing" | "error"}. Writes, behind the mark, {"id", "value" | "nothing" |
// "unknown" | "error"} and {"id", "ask", "variable" | "text" | "property"}. What the programs print goes where our
// messages go.

// Where types must be asked to be taken away, they are for every program.
if (canStripTypes() && !stripsTypes()) runAgain(...process.argv.slice(1));

const mark = process.argv[1];
const directory = process.cwd();
const fromService = createRequire(path.join(directory, 'serverless.yml'));
process.argv = [process.argv[0], 'slsc', ...process.argv.slice(2)];

const print = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
const send = (message) => print(`\n${mark}${JSON.stringify(message)}\n`);

// What is being worked on, and the questions that wait for their replies.
let running = 0;
let asked = 0;
const waiting = new Map();

// While programs work by themselves, nothing but they keep this process: one that waits for what never comes ends it.
function hold() {
  if (running > 0 && waiting.size === 0) process.stdin.unref();
  else process.stdin.ref();
}

function ask(id, question) {
  asked += 1;
  send({ id, ask: asked, ...question });
  const reply = new Promise((done, fail) => waiting.set(asked, { done, fail }));
  hold();
  return reply;
}

function text(value, what) {
  if (typeof value !== 'string') throw new Refusal(`${what} needs a text`, 'see what the program passes to it');
  return value;
}

// What programs and sources may call.
const callbacks = (id) => ({
  resolveVariable: async (variable) => ask(id, { variable: text(variable, '`resolveVariable`') }),
  resolveVariablesInString: async (string) => ask(id, { text: text(string, '`resolveVariablesInString`') }),
  resolveConfigurationProperty: async (keys) => {
    if (!Array.isArray(keys)) throw new Refusal('`resolveConfigurationProperty` needs a list of keys', 'pass a list');
    return ask(id, { property: keys.map((key) => text(key, '`resolveConfigurationProperty`')) });
  },
});

const isFunction = (value) =>
  typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));

const has = (value, key) => {
  if (Object.prototype.hasOwnProperty.call(Object(value), key)) return true;
  return types.isProxy(value) && !['__proto__', 'constructor', 'prototype'].includes(key);
};

// A value as JSON has it, or why it cannot be.
function plain(value, name) {
  let json;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw new Refusal(
      `what \`${name}\` gives is no plain data: ${String(error.message).split('\n')[0]}`,
      'keep to strings, numbers, lists and objects that do not hold themselves'
    );
  }
  const isHolder = Array.isArray(value) || isPlain(value);
  if (json === undefined || (!isHolder && JSON.parse(json) !== value)) {
    throw new Refusal(`\`${name}\` gives ${noun(value)} instead of a value`, 'return plain data');
  }
  return JSON.parse(json);
}

// Modules of both kinds: what `export default` gives stands for the whole.
function exported(found, key) {
  const isModule = types.isModuleNamespaceObject(found) || (found && found.__esModule);
  if (!isModule || (key !== undefined && has(found, key))) return found;
  const inner = found.default;
  if (inner && inner.__esModule && inner.default !== undefined) return inner.default;
  return inner === undefined ? found : inner;
}

// What a file exports: all of it, or what stands at an address. The first function on the way is called.
async function run(id, { file, address }, context) {
  const name = path.relative(directory, file);
  const tools = callbacks(id);
  const { resolveVariable, resolveConfigurationProperty } = tools;
  const call = (value) => value({ options: context.options, resolveConfigurationProperty, resolveVariable });
  const keys = address === null ? [] : address.split('.');
  let value = exported(await load(file, () => undefined), keys[0]);
  let called = isFunction(value);
  value = called ? await call(value) : await value;
  for (const key of keys) {
    if (typeof value === 'string') value = await tools.resolveVariablesInString(value);
    if (value === null || value === undefined || !has(value, key)) return null;
    const owner = value;
    value = owner[key];
    if (value === null || value === undefined) return null;
    if (called) continue;
    called = isFunction(value);
    value = called ? await call(value) : await value;
    if (!called && (value === null || value === undefined)) return null;
  }
  return plain(value, name);
}

async function work(message) {
  const { id, context } = message;
  Object.assign(process.env, context.env);
  if (message.plugin) return source(id, message.plugin, context);
  const value = await run(id, message.run, context);
  return value === null ? {} : { value };
}

function receive(message) {
  const reply = waiting.get(message.reply);
  if (reply) {
    waiting.delete(message.reply);
    hold();
    if ('error' in message) {
      const error = new Error(message.error);
      error.name = 'ServerlessError';
      error.code = 'VARIABLE_RESOLUTION_ERROR';
      return reply.fail(error);
    }
    return reply.done(message.value);
  }
  running += 1;
  hold();
  const name = message.run ? path.relative(directory, message.run.file) : `\${${message.plugin.source}}`;
  const done = (result) => {
    running -= 1;
    hold();
    send({ id: message.id, ...result });
  };
  return work(message).then(done, (error) => done({ error: refusal(error, name, directory) }));
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) receive(JSON.parse(line));
});
// Whoever asks has gone.
process.stdin.on('end', () => process.exit(0));
