// Gives API Gateway the role that it logs with. The role belongs to the account: stacks that come later use it, and
// it stays when this one goes.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
'use strict';

const { APIGatewayClient, GetAccountCommand, UpdateAccountCommand } = require('@aws-sdk/client-api-gateway');
const {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
} = require('@aws-sdk/client-iam');
const lib = require('../lib');

const gateway = new APIGatewayClient({ maxAttempts: lib.maxAttempts });
const iam = new IAMClient({ maxAttempts: lib.maxAttempts });

/** The role that is made where the account has none. Stacks that the framework deployed know it by this name. */
const ROLE = 'serverlessApiGatewayCloudWatchRole';
const TRUST = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: ['apigateway.amazonaws.com'] }, Action: ['sts:AssumeRole'] },
  ],
};

/** The policies of a role, or nothing if there is no such role. */
async function policies(name) {
  try {
    const listed = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: name }));
    return (listed.AttachedPolicies ?? []).map((it) => it.PolicyArn);
  } catch (error) {
    if (lib.isNamed(error, ['NoSuchEntityException', 'NoSuchEntity'])) return undefined;
    throw error;
  }
}

/** The role of our own, made if it is not there. */
async function ownRole({ partition, account }) {
  const policy = `arn:${partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`;
  let attached = await policies(ROLE);
  if (!attached) {
    const input = { RoleName: ROLE, Path: '/', AssumeRolePolicyDocument: JSON.stringify(TRUST) };
    // Another stack may make it at the same time.
    await lib.unless(['EntityAlreadyExistsException', 'EntityAlreadyExists'], () =>
      iam.send(new CreateRoleCommand(input)),
    );
    attached = [];
  }
  if (!attached.includes(policy)) {
    await iam.send(new AttachRolePolicyCommand({ RoleName: ROLE, PolicyArn: policy }));
  }
  return `arn:${partition}:iam::${account}:role/${ROLE}`;
}

async function set({ RoleArn }, _, place) {
  const { cloudwatchRoleArn: assigned } = await gateway.send(new GetAccountCommand({}));
  // A role that somebody has given the account is not replaced by one that nobody asked for, unless it has gone.
  if (!RoleArn && assigned && (await policies(assigned.split('/').pop()))) return;
  const wanted = RoleArn || (await ownRole(place));
  if (wanted === assigned) return;
  const patchOperations = [{ op: 'replace', path: '/cloudwatchRoleArn', value: wanted }];
  // IAM takes a while to make a new role known everywhere, and API Gateway refuses it until then.
  await lib.patiently(() => gateway.send(new UpdateAccountCommand({ patchOperations })), {
    passes: (error) => lib.isNamed(error, ['BadRequestException', 'TooManyRequestsException']),
    tries: 14,
    milliseconds: 10000,
  });
}

exports.handler = lib.resource({ Create: set, Update: set, Delete: async () => {} });
