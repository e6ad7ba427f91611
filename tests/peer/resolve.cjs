// The framework's resolver on many services, for tests/peer/fuzz-variables: one service a line on standard input, in
// JSON with the `directory` of its files, `options`, `params` and `env`; one answer a line: its resolved `value`, its
// `error`, or `hang` where the framework waits for itself. The modules of the framework are loaded once, and asked in
// the order in which its command line asks them.
'use strict';

const path = require('path');
const readline = require('readline');

const root = path.resolve(process.argv[2]);
const load = (name) => require(path.join(root, 'lib', name));
const source = (name) => load(`configuration/variables/sources/${name}`);

const read = load('configuration/read');
const metaOf = load('configuration/variables/resolve-meta');
const resolve = load('configuration/variables/resolve');
const deferred = load('configuration/variables/defer-irrelevant-stage-params');
const isResolved = load('configuration/variables/is-property-resolved');
const unresolvedSources = load('configuration/variables/resolve-unresolved-source-types');
const filterOptions = load('cli/filter-supported-options');
const loadDotenv = load('cli/conditionally-load-dotenv');
const commandSchema = load('cli/commands-schema/aws-service').get('print');

class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const refuse = (meta) => {
  for (const { error } of meta.values()) if (error) throw new Refused(error.code || 'ERROR', error.message);
};

const demand = (meta, ...places) => {
  for (const place of places) {
    if (!isResolved(meta, place.replace(/\./g, '\0'))) throw new Refused('INACCESSIBLE_CONFIGURATION_PROPERTY', place);
  }
};

const settle = async (service) => {
  const configuration = await read(path.join(service.directory, 'serverless.yml'));
  const meta = metaOf(configuration);
  refuse(meta);
  const params = Object.entries(service.params || {}).map(([key, it]) => `${key}=${it}`);
  const given = { ...service.options, ...(params.length && { param: params }) };
  const state = {
    serviceDir: service.directory,
    configuration,
    variablesMeta: meta,
    sources: {
      env: source('env'),
      file: source('file'),
      opt: source('opt'),
      self: source('self'),
      strToBool: source('str-to-bool'),
      sls: source('instance-dependent/get-sls')(),
    },
    options: filterOptions(given, { commandSchema, providerName: 'aws' }),
    fulfilledSources: new Set(['file', 'self', 'strToBool']),
    propertyPathsToResolve: new Set(['provider\0name', 'provider\0stage', 'useDotenv']),
  };
  state.isPropertyDeferred = deferred(configuration, state);
  const run = async (change = {}) => {
    await resolve({ ...state, ...change });
    refuse(meta);
  };
  if (meta.size) {
    await run();
    state.fulfilledSources.add('env');
    if (!isResolved(meta, 'provider\0stage') || !isResolved(meta, 'useDotenv')) {
      await run({ propertyPathsToResolve: new Set(['provider\0stage', 'useDotenv']) });
      demand(meta, 'provider.stage', 'useDotenv');
    }
  }
  await loadDotenv(given, configuration);
  if (!meta.size) return configuration;
  delete state.propertyPathsToResolve;
  await run();
  if (!meta.size) return configuration;
  demand(meta, 'plugins', 'package.path', 'frameworkVersion', 'service');

  const instance = { instanceId: '1600000000000', configurationInput: configuration, processedInput: { options: given } };
  state.fulfilledSources.add('opt').add('sls').add('param');
  state.sources.sls = source('instance-dependent/get-sls')(instance);
  state.sources.param = source('instance-dependent/param')(instance);
  await run();
  if (!meta.size) return configuration;
  demand(meta, 'provider.credentials', 'provider.deploymentBucket.serverSideEncryption', 'provider.profile', 'provider.region');
  state.sources.aws = source('instance-dependent/get-aws')(instance);
  state.fulfilledSources.add('aws');
  await resolve({ ...state });
  for (const place of [...meta.keys()]) {
    if (state.isPropertyDeferred(place) && !meta.get(place).error) meta.delete(place);
  }
  refuse(meta);
  if (meta.size) throw new Refused('UNRECOGNIZED_VARIABLE_SOURCES', [...unresolvedSources(meta).keys()].join(' '));
  return configuration;
};

const answer = async (service) => {
  const kept = Object.keys(process.env);
  for (const key of kept) delete process.env[key];
  Object.assign(process.env, service.env);
  process.chdir(service.directory);
  let timer;
  const hang = new Promise((done) => {
    timer = setTimeout(() => done({ hang: true }), service.patience || 300);
  });
  const settled = settle(service).then(
    (value) => ({ value }),
    (error) => ({ error: error.code || 'CRASH', message: String(error.message || error).slice(0, 300) })
  );
  const result = await Promise.race([settled, hang]);
  clearTimeout(timer);
  return result;
};

process.on('unhandledRejection', () => {});

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const result = await answer(JSON.parse(line));
    let text;
    try {
      text = JSON.stringify(result);
    } catch {
      text = JSON.stringify({ error: 'CRASH', message: 'the value holds itself' });
    }
    process.stdout.write(`${text}\n`);
  }
})();
