import { expect } from 'vitest';
import { clients } from './clients.ts';
import { describeOvhClient, documented } from './ovh-steps.ts';

/** The client's exceptions by status (spec 2.6); those of a 403 depend on the body's errorCode. */
const exceptions: Record<number, string> = {
  400: 'BadParametersError',
  404: 'ResourceNotFoundError',
  409: 'ResourceConflictError',
};
const forbidden: Record<string, string> = {
  wrongApplicationKey: 'InvalidKey',
  wrongConsumerKey: 'NotCredential',
  notGranted: 'InvalidCredential',
  notInTheRules: 'NotGrantedCall',
};

describeOvhClient({
  name: 'python-ovh',
  client: clients.pythonOvh,
  script: (name) => [documented(`python-ovh/${name}.py`)],
  signsAuth: true,
  refusal: (status, message, step) => ({
    exception: status === 403 ? forbidden[step] : exceptions[status],
    status,
    message,
    queryId: expect.stringMatching(/^[\w.-]+$/),
  }),
});
