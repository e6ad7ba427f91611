// Notifies a function of what happens in a bucket that exists already. A bucket has one configuration of
// notifications, which is read, changed and written as a whole; entries of others stay as they are.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
'use strict';

const crypto = require('node:crypto');
const {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} = require('@aws-sdk/client-s3');
const lib = require('../lib');

const s3 = new S3Client({ maxAttempts: lib.maxAttempts });

/** The bucket has gone, or the role may no longer touch it: it has left the template. */
const GONE = [
  'NoSuchBucket',
  'AccessDenied',
  'InvalidBucketName',
  'PermanentRedirect',
  'IllegalLocationConstraintException',
];

/** Whether an entry was made for a function: its id is the function's name and 32 digits. */
const isOf = (functionName) => (entry) => {
  const id = entry.Id ?? '';
  return id.startsWith(`${functionName}-`) && /^[0-9a-f]{32}$/.test(id.slice(functionName.length + 1));
};

/** The entries that a custom resource asks for. */
function entries({ FunctionName, FunctionQualifier, BucketConfigs }, { partition, region, account }) {
  const arn = `arn:${partition}:lambda:${region}:${account}:function:${FunctionName}`;
  return BucketConfigs.map((config) => {
    const digits = crypto.createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 32);
    const rules = (config.Rules ?? []).flatMap(Object.entries);
    const filter = rules.map(([name, value]) => ({ Name: name.toLowerCase(), Value: value }));
    return {
      Id: `${FunctionName}-${digits}`,
      LambdaFunctionArn: FunctionQualifier ? `${arn}:${FunctionQualifier}` : arn,
      Events: [config.Event],
      ...(filter.length > 0 && { Filter: { Key: { FilterRules: filter } } }),
    };
  });
}

/** Replaces the entries of some functions. */
async function change(bucket, functionNames, added) {
  const read = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket }));
  const { $metadata, LambdaFunctionConfigurations = [], ...rest } = read;
  const kept = LambdaFunctionConfigurations.filter((it) => !functionNames.some((name) => isOf(name)(it)));
  if (added.length === 0 && kept.length === LambdaFunctionConfigurations.length) return;
  const input = {
    Bucket: bucket,
    NotificationConfiguration: { ...rest, LambdaFunctionConfigurations: [...kept, ...added] },
    // What is taken away needs no check, and a broken entry of others must not keep ours.
    ...(added.length === 0 && { SkipDestinationValidation: true }),
  };
  // S3 asks Lambda whether it may invoke the function, and may not yet see a permission that is new.
  const options = { passes: (it) => lib.isNamed(it, ['InvalidArgument']), tries: 6, milliseconds: 5000 };
  await lib.patiently(() => s3.send(new PutBucketNotificationConfigurationCommand(input)), options);
}

const permission = ({ FunctionName, FunctionQualifier, BucketName }, { partition, account }) => ({
  FunctionName,
  Qualifier: FunctionQualifier,
  StatementId: lib.statementId(FunctionName, BucketName.replace(/[.:*]/g, '')),
  Principal: 's3.amazonaws.com',
  SourceArn: `arn:${partition}:s3:::${BucketName}`,
  SourceAccount: account,
});

async function set(now, before, place) {
  const wanted = permission(now, place);
  const had = before && permission(before, place);
  await lib.permit(wanted, had?.SourceArn === wanted.SourceArn && lib.sameStatement(had, wanted));
  const names = [now.FunctionName, ...(before ? [before.FunctionName] : [])];
  await change(now.BucketName, names, entries(now, place));
  if (before && before.BucketName !== now.BucketName) {
    await lib.unless(GONE, () => change(before.BucketName, [before.FunctionName], []));
  }
  if (had && !lib.sameStatement(had, wanted)) await lib.forbid(had);
}

async function remove(now, _, place) {
  await lib.unless(GONE, () => change(now.BucketName, [now.FunctionName], []));
  await lib.forbid(permission(now, place));
}

exports.handler = lib.resource({ Create: set, Update: set, Delete: remove });
