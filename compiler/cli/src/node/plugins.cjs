// The plugins of a service, as far as their sources of variables go: made as the framework makes them, with an object
// model that knows the configuration and takes every definition, but runs no command.

const same = () => undefined;

// Has every method, so that a plugin may define and ask what it likes; those that are not known do nothing. It is no
// promise, and JSON as any object is.
const anything = (known) =>
  new Proxy(known, {
    get: (target, key) =>
      key in target || typeof key === 'symbol' || key === 'then' || key === 'toJSON' ? target[key] : same,
  });

function model(context) {
  const { config, options, stage, region } = context;
  const functions = config.functions || {};
  class ServerlessError extends Error {
    constructor(message, code) {
      super(message);
      this.name = 'ServerlessError';
      this.code = code;
    }
  }
  const serverless = anything({
    version: context.version,
    serviceDir: directory,
    configurationInput: config,
    config: { serviceDir: directory, servicePath: directory, update: same },
    processedInput: { commands: context.commands, options },
    classes: { Error: ServerlessError },
    serviceOutputs: new Map(),
    servicePluginOutputs: new Map(),
    getVersion: () => context.version,
    configSchemaHandler: anything({ schema: { properties: {} } }),
    cli: anything({}),
  });
  const aws = anything({
    serverless,
    options,
    getStage: () => stage,
    getRegion: () => region,
    getDeploymentPrefix: () => 'serverless',
    naming: anything({}),
  });
  const providers = { aws };
  serverless.getProvider = (name) => providers[name];
  serverless.setProvider = (name, provider) => (providers[name] = provider);
  serverless.service = {
    ...config,
    functions,
    custom: config.custom || {},
    provider: { ...Object(config.provider), stage, region },
    package: config.package || {},
    getServiceName: () => config.service,
    getServiceObject: () => ({ name: config.service }),
    getAllFunctions: () => Object.keys(functions),
    getFunction: (key) => functions[key],
    getAllEventsInFunction: (key) => functions[key].events || [],
    getAllLayers: () => Object.keys(config.layers || {}),
    update: same,
  };
  Object.defineProperty(serverless.service, 'serverless', { value: serverless });
  serverless.utils = anything({
    fileExistsSync: (file) => fs.existsSync(file) && fs.statSync(file).isFile(),
    dirExistsSync: (file) => fs.existsSync(file) && fs.statSync(file).isDirectory(),
    readFileSync: (file) => {
      const found = fs.readFileSync(file, 'utf8');
      return file.endsWith('.json') ? JSON.parse(found) : found;
    },
  });
  serverless.pluginManager = anything({ plugins: [], hooks: {}, commands: {}, cliOptions: options });
  return serverless;
}

// The words that a plugin says go where our messages go.
function writers() {
  const say = (...words) => process.stderr.write(`${words.join(' ')}\n`);
  const quiet = anything({ get: () => quiet });
  const log = Object.assign((...words) => say(...words), { error: say, warning: say, get: () => log });
  for (const level of ['notice', 'info', 'debug', 'verbose', 'success']) log[level] = same;
  log.notice = Object.assign(() => undefined, { success: same, skip: same });
  return { log, progress: anything({ get: () => quiet, create: () => quiet }), writeText: say };
}

function locate(name, localPath) {
  if (name.startsWith('./') || name.startsWith('../')) return fromService.resolve(path.resolve(directory, name));
  try {
    return fromService.resolve(path.resolve(directory, localPath, name));
  } catch (_) {
    return fromService.resolve(name);
  }
}

// The plugins that are installed, and why others could not be made.
async function makePlugins(context) {
  const made = { all: [], failures: [] };
  const serverless = model(context);
  const section = context.config.plugins;
  const names = Array.isArray(section) ? section : Object(section).modules || [];
  const localPath = Object(section).localPath || '.serverless_plugins';
  for (const name of names.filter((it) => typeof it === 'string')) {
    try {
      const file = locate(name, localPath);
      const found = exported(await load(file, same));
      const Plugin = (found && found.default) || found;
      const plugin = new Plugin(serverless, serverless.processedInput.options, writers());
      serverless.pluginManager.plugins.push(plugin);
      made.all.push({ name, plugin });
    } catch (error) {
      if (error && error.code === 'MODULE_NOT_FOUND' && !place(error, directory)) continue;
      made.failures.push(`\`${name}\` cannot be made here (${String(error && error.message).split('\n')[0]})`);
    }
  }
  return made;
}

// The same, once for the process.
let made = null;
const plugins = (context) => (made = made || makePlugins(context));

const unknown = (reason) => ({ unknown: reason });

// What a plugin's source gives. Throws what it throws; no plugin that has the source leaves the value unknown.
async function source(id, request, context) {
  const { all, failures } = await plugins(context);
  const address = request.address === null ? undefined : request.address;
  const old = context.dialect === 'legacy' && all.find((it) => Object(it.plugin.variableResolvers)[request.source]);
  if (old) {
    const resolver = old.plugin.variableResolvers[request.source];
    const written = `${request.source}:${address === undefined ? '' : address}`;
    const value = await (isFunction(resolver) ? resolver : resolver.resolver)(written);
    return value === null || value === undefined ? {} : { value: plain(value, old.name) };
  }
  const owner = all.find((it) => Object(it.plugin.configurationVariablesSources)[request.source]);
  if (!owner) {
    const reason = failures.length > 0 ? failures.join(', ') : 'no plugin that is installed here has this source';
    return unknown(reason);
  }
  const found = owner.plugin.configurationVariablesSources[request.source];
  if (!found || !isFunction(found.resolve)) {
    throw new Refusal(
      `the source \`${request.source}\` of the plugin \`${owner.name}\` has no \`resolve\``,
      'ask the author of the plugin'
    );
  }
  const result = await found.resolve({
    serviceDir: directory,
    servicePath: directory,
    params: request.params.length > 0 ? request.params : undefined,
    address,
    options: context.options,
    isSourceFulfilled: true,
    ...callbacks(id),
  });
  if (!result || typeof result !== 'object' || !('value' in result)) {
    throw new Refusal(
      `the source \`${request.source}\` of the plugin \`${owner.name}\` gives ${noun(result)} instead of \`{ value }\``,
      'ask the author of the plugin'
    );
  }
  const { value } = result;
  return value === null || value === undefined ? {} : { value: plain(value, owner.name) };
}
