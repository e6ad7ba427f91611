// What the handlers of custom resources share: the answer to CloudFormation, permissions of functions, and patience.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
'use strict';

const https = require('node:https');
const {
  AddPermissionCommand,
  LambdaClient,
  RemovePermissionCommand,
} = require('@aws-sdk/client-lambda');

/** How often the SDK tries a request that AWS throttles. */
const maxAttempts = 8;
/** Milliseconds that are left for the answer when the function runs out of time. */
const RESERVE = 10000;
/** CloudFormation takes 4096 bytes of an answer; a reason stays well below. */
const REASON_LENGTH = 800;
/** How often the answer is sent before it is given up. */
const ANSWER_TRIES = 4;

const lambda = new LambdaClient({ maxAttempts });

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Whether an error of AWS has one of these names. */
const isNamed = (error, names) => names.includes(error?.name) || names.includes(error?.Code);

/** Does something again while it fails in a way that passes. */
async function patiently(action, { passes, tries, milliseconds }) {
  for (let done = 1; ; done += 1) {
    try {
      return await action();
    } catch (error) {
      if (done >= tries || !passes(error)) throw error;
      await pause(milliseconds);
    }
  }
}

/** Does something and takes errors of these names for success: what should go has gone. */
async function unless(names, action) {
  try {
    await action();
  } catch (error) {
    if (!isNamed(error, names)) throw error;
    console.log(`nothing to do: ${error.name}: ${error.message}`);
  }
}

function put(url, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const request = https.request(url, { method: 'PUT', headers, timeout: 5000 }, (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode < 300) resolve();
        else reject(new Error(`CloudFormation answers with status ${response.statusCode}`));
      });
    });
    request.on('timeout', () => request.destroy(new Error('CloudFormation does not answer')));
    request.on('error', reject);
    request.end(body);
  });
}

/** Rejects shortly before the function runs out of time, so that CloudFormation does not wait for an hour. */
function deadline(context) {
  let timer;
  const left = Math.max(context.getRemainingTimeInMillis() - RESERVE, 0);
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the time is up')), left);
  });
  return { late, stop: () => clearTimeout(timer) };
}

/**
 * Makes the handler of a custom resource. `actions` has a function for `Create`, `Update` and `Delete`, which get the
 * properties, those of before, and where they run. CloudFormation is always answered, and only once.
 */
const resource = (actions) => async (event, context) => {
  const [, partition, , region, account] = context.invokedFunctionArn.split(':');
  const answer = {
    Status: 'SUCCESS',
    // The id stays as it is when the code changes; another one would be a replacement, with a deletion behind it.
    PhysicalResourceId: event.PhysicalResourceId ?? event.LogicalResourceId,
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
  };
  const { late, stop } = deadline(context);
  try {
    const action = actions[event.RequestType];
    if (!action) throw new Error(`there is no request of type ${event.RequestType}`);
    const work = action(event.ResourceProperties, event.OldResourceProperties, { partition, region, account });
    await Promise.race([work, late]);
  } catch (error) {
    console.log(error);
    answer.Status = 'FAILED';
    const reason = String(error?.message || error).slice(0, REASON_LENGTH);
    answer.Reason = `${reason} (log stream ${context.logStreamName})`;
  } finally {
    stop();
  }
  const body = JSON.stringify(answer);
  await patiently(() => put(event.ResponseURL, body), {
    passes: () => true,
    tries: ANSWER_TRIES,
    milliseconds: 1000,
  });
};

/** The id of the statement that lets a source invoke a function: Lambda takes 100 characters. */
const statementId = (functionName, source) => `${functionName}-${source}`.slice(0, 100);

const sameStatement = (left, right) =>
  left.FunctionName === right.FunctionName &&
  left.Qualifier === right.Qualifier &&
  left.StatementId === right.StatementId;

/** Takes a permission away; one that is not there, or whose function has gone, is no error. */
async function forbid({ FunctionName, Qualifier, StatementId }) {
  const input = { FunctionName, Qualifier, StatementId };
  await unless(['ResourceNotFoundException'], () => lambda.send(new RemovePermissionCommand(input)));
}

/**
 * Lets a source invoke a function. A statement of the same id is taken for the same where `known` says that it was
 * made for the same source; else it is replaced.
 */
async function permit(permission, known) {
  const add = () => lambda.send(new AddPermissionCommand({ Action: 'lambda:InvokeFunction', ...permission }));
  try {
    await add();
  } catch (error) {
    if (!isNamed(error, ['ResourceConflictException'])) throw error;
    if (known) return;
    await forbid(permission);
    await add();
  }
}

module.exports = { forbid, isNamed, maxAttempts, patiently, permit, resource, sameStatement, statementId, unless };
