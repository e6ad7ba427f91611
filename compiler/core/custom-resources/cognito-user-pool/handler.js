// Sets triggers of a user pool that exists already. An update of a pool takes what it is not told for the default, so
// that all settings are read and written back.
// https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UpdateUserPool.html
'use strict';

const {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  ListUserPoolsCommand,
  UpdateUserPoolCommand,
} = require('@aws-sdk/client-cognito-identity-provider');
const lib = require('../lib');

const cognito = new CognitoIdentityProviderClient({ maxAttempts: lib.maxAttempts });

/** The pool has gone while it was looked at. */
const GONE = ['ResourceNotFoundException'];
/** Triggers whose functions send codes themselves. */
const SENDERS = ['CustomSMSSender', 'CustomEmailSender'];
/** What a description of a pool says and an update does not take. */
const READ_ONLY = [
  'AliasAttributes',
  'Arn',
  'CreationDate',
  'CustomDomain',
  'Domain',
  'EmailConfigurationFailure',
  'EstimatedNumberOfUsers',
  'Id',
  'LastModifiedDate',
  'Name',
  'SchemaAttributes',
  'SmsConfigurationFailure',
  'Status',
  'UsernameAttributes',
  'UsernameConfiguration',
];

/** The pools with a name; a pool may also be named by its id. */
async function find(name) {
  const found = [];
  let NextToken;
  do {
    const page = await cognito.send(new ListUserPoolsCommand({ MaxResults: 60, NextToken }));
    found.push(...(page.UserPools ?? []).filter((it) => it.Name === name || it.Id === name));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.map((it) => it.Id);
}

async function findOne(name) {
  const ids = await find(name);
  if (ids.length === 0) throw new Error(`there is no user pool \`${name}\``);
  if (ids.length > 1) throw new Error(`there are ${ids.length} user pools \`${name}\`: ${ids.join(', ')}`);
  return ids[0];
}

/** All settings of a pool, as an update takes them. */
function settings(pool) {
  const kept = Object.fromEntries(Object.entries(pool).filter(([key]) => !READ_ONLY.includes(key)));
  if (kept.AdminCreateUserConfig) {
    // The days that an invitation lasts have moved to the policy of passwords, and may not be given twice.
    const { UnusedAccountValidityDays: days, ...admin } = kept.AdminCreateUserConfig;
    kept.AdminCreateUserConfig = admin;
    const password = kept.Policies?.PasswordPolicy;
    if (days !== undefined && password && password.TemporaryPasswordValidityDays === undefined) {
      const longer = { ...password, TemporaryPasswordValidityDays: days };
      kept.Policies = { ...kept.Policies, PasswordPolicy: longer };
    }
  }
  return kept;
}

/** The triggers of a pool without those that invoke `arns`. */
function without(triggers, arns) {
  const isOther = ([, value]) => !arns.includes(value?.LambdaArn ?? value);
  const kept = Object.fromEntries(Object.entries(triggers ?? {}).filter(isOther));
  if (!SENDERS.some((it) => kept[it])) delete kept.KMSKeyID;
  return kept;
}

/** The triggers of a pool with those that a custom resource asks for. */
function withConfigs(triggers, configs, arn) {
  const all = { ...triggers };
  for (const { Trigger, LambdaVersion, KMSKeyID } of configs) {
    const versioned = { LambdaArn: arn, LambdaVersion };
    if (Trigger === 'PreTokenGeneration') {
      // The two forms of this trigger may not name two functions.
      delete all.PreTokenGeneration;
      delete all.PreTokenGenerationConfig;
    }
    if (SENDERS.includes(Trigger)) Object.assign(all, { [Trigger]: versioned, KMSKeyID });
    else if (LambdaVersion) all[`${Trigger}Config`] = versioned;
    else all[Trigger] = arn;
  }
  return all;
}

/** Changes the triggers of a pool and nothing else. */
async function change(id, edit) {
  const update = async () => {
    const { UserPool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId: id }));
    const before = UserPool.LambdaConfig ?? {};
    const LambdaConfig = edit(before);
    if (JSON.stringify(before) === JSON.stringify(LambdaConfig)) return;
    await cognito.send(new UpdateUserPoolCommand({ ...settings(UserPool), UserPoolId: id, LambdaConfig }));
  };
  const passes = (error) => lib.isNamed(error, ['ConcurrentModificationException']);
  await lib.patiently(update, { passes, tries: 6, milliseconds: 3000 });
}

const arnOf = ({ FunctionName, FunctionQualifier }, { partition, region, account }) =>
  [`arn:${partition}:lambda:${region}:${account}:function:${FunctionName}`, FunctionQualifier]
    .filter(Boolean)
    .join(':');

const statement = ({ FunctionName, FunctionQualifier, UserPoolName }) => ({
  FunctionName,
  Qualifier: FunctionQualifier,
  StatementId: lib.statementId(FunctionName, UserPoolName.toLowerCase().replace(/[^a-z0-9_-]/g, '')),
});

const permission = (properties, id, { partition, region, account }) => ({
  ...statement(properties),
  Principal: 'cognito-idp.amazonaws.com',
  SourceArn: `arn:${partition}:cognito-idp:${region}:${account}:userpool/${id}`,
});

/** Takes the triggers of a function away, from whichever pool has the name. */
async function clear(properties, place) {
  const arn = arnOf(properties, place);
  for (const id of await find(properties.UserPoolName)) {
    await lib.unless(GONE, () => change(id, (triggers) => without(triggers, [arn])));
  }
}

async function set(now, before, place) {
  const id = await findOne(now.UserPoolName);
  const moved = before && before.UserPoolName !== now.UserPoolName;
  const same = before && !moved && lib.sameStatement(statement(before), statement(now));
  await lib.permit(permission(now, id, place), same);
  const arn = arnOf(now, place);
  const own = [arn, ...(before ? [arnOf(before, place)] : [])];
  await change(id, (triggers) => withConfigs(without(triggers, own), now.UserPoolConfigs, arn));
  if (moved) await clear(before, place);
  if (before && !lib.sameStatement(statement(before), statement(now))) await lib.forbid(statement(before));
}

async function remove(now, _, place) {
  await clear(now, place);
  await lib.forbid(statement(now));
}

exports.handler = lib.resource({ Create: set, Update: set, Delete: remove });
