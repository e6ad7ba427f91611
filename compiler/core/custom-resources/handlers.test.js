// What the handlers ask of AWS, with an SDK that only writes down what it is asked. Run by `node --test`.
'use strict';

const assert = require('node:assert/strict');
const Module = require('node:module');
const test = require('node:test');

/** What AWS was asked, what it answers, and what CloudFormation was told. */
const world = { asked: [], answers: {}, told: [] };

const failure = (name) => Object.assign(new Error(`AWS says ${name}`), { name });

async function send({ name, input }) {
  world.asked.push([name, JSON.parse(JSON.stringify(input))]);
  const answer = world.answers[name];
  const value = typeof answer === 'function' ? answer(input) : answer;
  if (value instanceof Error) throw value;
  return value ?? {};
}

const sdk = new Proxy({}, {
  get: (_, name) =>
    name.endsWith('Client')
      ? class { send = send; }
      : class { constructor(input) { Object.assign(this, { name: name.replace(/Command$/, ''), input }); } },
});

const https = {
  request(url, options, answered) {
    const on = () => {};
    return {
      on,
      end(body) {
        world.told.push({ url, length: options.headers['content-length'], ...JSON.parse(body) });
        answered({ statusCode: 200, resume: on, on: (event, done) => event === 'end' && done() });
      },
    };
  },
};

const load = Module._load;
Module._load = (request, ...rest) => {
  if (request.startsWith('@aws-sdk/')) return sdk;
  return request === 'node:https' ? https : load(request, ...rest);
};
const { setImmediate } = globalThis;
const late = [];
globalThis.setTimeout = (done, milliseconds) => (milliseconds < 60000 ? setImmediate(done) : late.push(done));
globalThis.clearTimeout = () => {};
console.log = () => {};

async function run(handler, RequestType, ResourceProperties, OldResourceProperties, answers = {}) {
  Object.assign(world, { asked: [], answers, told: [] });
  const event = {
    RequestType,
    ResourceProperties,
    OldResourceProperties,
    ResponseURL: 'https://answers.example/x',
    LogicalResourceId: 'Mine',
    PhysicalResourceId: RequestType === 'Create' ? undefined : 'as before',
    StackId: 's',
    RequestId: 'r',
  };
  await require(`./${handler}/handler`).handler(event, {
    invokedFunctionArn: 'arn:aws-cn:lambda:cn-north-1:111122223333:function:x',
    getRemainingTimeInMillis: () => 180000,
    logStreamName: 'stream',
  });
  assert.equal(world.told.length, 1, 'CloudFormation is told once');
  return world.told[0];
}

const asked = (name) => world.asked.filter((it) => it[0] === name).map((it) => it[1]);

const bucket = {
  FunctionName: 'resize',
  BucketName: 'my.photos',
  BucketConfigs: [{ Event: 's3:ObjectCreated:*', Rules: [{ Prefix: 'raw/' }, { Suffix: '.jpg' }] }],
};
const digits = '0123456789abcdef0123456789abcdef';
const notifications = {
  $metadata: {},
  EventBridgeConfiguration: {},
  QueueConfigurations: [{ Id: 'q' }],
  LambdaFunctionConfigurations: [
    { Id: `resize-${digits}`, LambdaFunctionArn: 'old' },
    { Id: `resize-more-${digits}`, LambdaFunctionArn: 'of another function' },
    { Id: 'by hand', LambdaFunctionArn: 'old' },
  ],
};

test('a bucket keeps the notifications of others', async () => {
  const told = await run('s3', 'Create', bucket, undefined, { GetBucketNotificationConfiguration: notifications });
  assert.deepEqual([told.Status, told.PhysicalResourceId], ['SUCCESS', 'Mine']);
  const [{ NotificationConfiguration: set }] = asked('PutBucketNotificationConfiguration');
  assert.deepEqual(Object.keys(set).sort(), [
    'EventBridgeConfiguration',
    'LambdaFunctionConfigurations',
    'QueueConfigurations',
  ]);
  const [kept, byHand, own] = set.LambdaFunctionConfigurations;
  assert.deepEqual([kept.Id, byHand.Id], [`resize-more-${digits}`, 'by hand']);
  assert.match(own.Id, /^resize-[0-9a-f]{32}$/);
  assert.equal(own.LambdaFunctionArn, 'arn:aws-cn:lambda:cn-north-1:111122223333:function:resize');
  assert.deepEqual(own.Filter.Key.FilterRules, [
    { Name: 'prefix', Value: 'raw/' },
    { Name: 'suffix', Value: '.jpg' },
  ]);
  const [permission] = asked('AddPermission');
  assert.deepEqual(
    [permission.StatementId, permission.SourceArn, permission.SourceAccount],
    ['resize-myphotos', 'arn:aws-cn:s3:::my.photos', '111122223333'],
  );
});

test('a new permission is waited for', async () => {
  let tries = 0;
  const told = await run('s3', 'Create', bucket, undefined, {
    PutBucketNotificationConfiguration: () => ((tries += 1) < 3 ? failure('InvalidArgument') : {}),
  });
  assert.deepEqual([told.Status, tries], ['SUCCESS', 3]);
});

test('an update moves to another bucket and another alias', async () => {
  const before = { ...bucket, BucketName: 'old' };
  const told = await run('s3', 'Update', { ...bucket, FunctionQualifier: 'live' }, before, {
    GetBucketNotificationConfiguration: ({ Bucket }) => (Bucket === 'old' ? notifications : {}),
  });
  assert.deepEqual([told.Status, told.PhysicalResourceId], ['SUCCESS', 'as before']);
  const [now, old] = asked('PutBucketNotificationConfiguration');
  assert.match(now.NotificationConfiguration.LambdaFunctionConfigurations[0].LambdaFunctionArn, /:resize:live$/);
  assert.deepEqual([old.Bucket, old.SkipDestinationValidation], ['old', true]);
  assert.equal(old.NotificationConfiguration.LambdaFunctionConfigurations.length, 2);
  assert.deepEqual(asked('RemovePermission'), [{ FunctionName: 'resize', StatementId: 'resize-old' }]);
});

test('what has gone does not keep a stack from going', async () => {
  const gone = { GetBucketNotificationConfiguration: failure('NoSuchBucket') };
  gone.RemovePermission = failure('ResourceNotFoundException');
  assert.equal((await run('s3', 'Delete', bucket, undefined, gone)).Status, 'SUCCESS');
  assert.equal((await run('s3', 'Create', bucket, undefined, gone)).Status, 'FAILED');
  const pool = { FunctionName: 'login', UserPoolName: 'members', UserPoolConfigs: [] };
  assert.equal((await run('cognito-user-pool', 'Delete', pool, undefined, gone)).Status, 'SUCCESS');
  const told = await run('cognito-user-pool', 'Create', pool);
  assert.deepEqual([told.Status, told.Reason], ['FAILED', 'there is no user pool `members` (log stream stream)']);
});

test('CloudFormation is told before the time is up', async () => {
  const answers = { GetBucketNotificationConfiguration: () => new Promise(() => setImmediate(late.pop())) };
  const told = await run('s3', 'Create', bucket, undefined, answers);
  assert.deepEqual([told.Status, told.Reason], ['FAILED', 'the time is up (log stream stream)']);
  assert.equal((await run('s3', 'Surprise', bucket)).Status, 'FAILED');
});

const arn = (name) => `arn:aws-cn:lambda:cn-north-1:111122223333:function:${name}`;
const members = {
  Id: 'cn-north-1_a',
  Name: 'members',
  Arn: 'arn',
  Status: 'Enabled',
  SchemaAttributes: [],
  UserPoolTier: 'PLUS',
  Policies: { PasswordPolicy: { MinimumLength: 12 }, SignInPolicy: {} },
  AdminCreateUserConfig: { UnusedAccountValidityDays: 3, AllowAdminCreateUserOnly: true },
  LambdaConfig: {
    PreSignUp: arn('login'),
    PostConfirmation: arn('other'),
    CustomEmailSender: { LambdaArn: arn('login'), LambdaVersion: 'V1_0' },
    KMSKeyID: 'key',
  },
};
const cognito = {
  ListUserPools: ({ NextToken }) =>
    NextToken ? { UserPools: [{ Id: members.Id, Name: 'members' }] } : { UserPools: [], NextToken: 'more' },
  DescribeUserPool: { UserPool: members },
};

test('a pool keeps its settings and the triggers of others', async () => {
  const pool = {
    FunctionName: 'login',
    UserPoolName: 'members',
    UserPoolConfigs: [{ Trigger: 'PreTokenGeneration', LambdaVersion: 'V2_0' }, { Trigger: 'PreAuthentication' }],
  };
  assert.equal((await run('cognito-user-pool', 'Create', pool, undefined, cognito)).Status, 'SUCCESS');
  assert.deepEqual(asked('UpdateUserPool'), [
    {
      UserPoolId: members.Id,
      UserPoolTier: 'PLUS',
      Policies: { PasswordPolicy: { MinimumLength: 12, TemporaryPasswordValidityDays: 3 }, SignInPolicy: {} },
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      LambdaConfig: {
        PostConfirmation: arn('other'),
        PreTokenGenerationConfig: { LambdaArn: arn('login'), LambdaVersion: 'V2_0' },
        PreAuthentication: arn('login'),
      },
    },
  ]);
  assert.equal(asked('AddPermission')[0].SourceArn, `arn:aws-cn:cognito-idp:cn-north-1:111122223333:userpool/${members.Id}`);
  assert.equal((await run('cognito-user-pool', 'Delete', pool, undefined, cognito)).Status, 'SUCCESS');
  assert.deepEqual(asked('UpdateUserPool')[0].LambdaConfig, { PostConfirmation: arn('other') });
});

test('API Gateway gets a role once', async () => {
  let tries = 0;
  const told = await run('api-gateway-cloud-watch-role', 'Create', {}, undefined, {
    ListAttachedRolePolicies: failure('NoSuchEntityException'),
    UpdateAccount: () => ((tries += 1) < 4 ? failure('BadRequestException') : {}),
  });
  assert.deepEqual([told.Status, tries], ['SUCCESS', 4]);
  assert.equal(asked('CreateRole').length, 1);
  assert.equal(asked('UpdateAccount')[0].patchOperations[0].value, 'arn:aws-cn:iam::111122223333:role/serverlessApiGatewayCloudWatchRole');

  await run('api-gateway-cloud-watch-role', 'Create', {}, undefined, { GetAccount: { cloudwatchRoleArn: 'arn:x/role' } });
  assert.deepEqual(asked('UpdateAccount'), []);
  await run('api-gateway-cloud-watch-role', 'Update', { RoleArn: 'arn:mine' }, {}, { GetAccount: { cloudwatchRoleArn: 'arn:x/role' } });
  assert.equal(asked('UpdateAccount')[0].patchOperations[0].value, 'arn:mine');
  await run('api-gateway-cloud-watch-role', 'Delete', {});
  assert.deepEqual(world.asked, []);
});
