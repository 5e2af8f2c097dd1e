import { expect, onTestFinished, test } from 'vitest';
import { keys, startApi } from '../ovh-api-mock/api.ts';
import { clients, isAbsent } from './clients.ts';
import { run } from './lab-process.ts';
import { describeOvhClient, environmentOfApi } from './ovh-steps.ts';

/** OVH's class grammar (spec 2.6). */
const classes: Record<number, string> = {
  400: 'Client::BadRequest',
  403: 'Client::Forbidden',
  404: 'Client::NotFound',
  409: 'Client::Conflict',
};

describeOvhClient({
  name: 'go-ovh',
  client: clients.goOvh,
  script: (name) => [name],
  signsAuth: true,
  refusal: (status, message) => ({
    status,
    class: classes[status],
    message,
    queryId: expect.stringMatching(/^[\w.-]+$/),
  }),
});

test.skipIf(isAbsent(clients.goOvh))(
  'go-ovh names the action that the policies of the account do not allow',
  async () => {
    const { applicationKey, applicationSecret, consumerKey } = keys;
    const reader = { consumerKey, iamActions: ['pccVMware:apiovh:get', 'pccVMware:apiovh:vmEncryption/get'] };
    const api = await startApi(onTestFinished, {
      applications: [{ applicationKey, applicationSecret, consumerKeys: [reader] }],
    });
    const env = await environmentOfApi(api);
    const ended = await run(clients.goOvh.program, ['kms', '192.0.2.1', 'thumbprint'], { env });
    expect(ended.stdout).toContain('before {"state":"disabled"}');
    expect(ended).toMatchObject({
      code: 1,
      // The client puts what details says of policies into its message.
      stderr: expect.stringMatching(
        /^OVHcloud API error \(status code 403\): Client::Forbidden: ".* \(missing IAM permissions: pccVMware:apiovh:vmEncryption\/kms\/create\)" \(X-OVH-Query-Id: [\w.-]+\)\n$/,
      ),
    });
  },
);
