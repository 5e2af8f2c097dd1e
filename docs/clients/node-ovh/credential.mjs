// Asks for a consumer key that may read, waits until somebody has granted it at the address that it prints, and uses it.
//
//   node credential.mjs

import { setTimeout as delay } from 'node:timers/promises';
import { client, refusal, step } from './lab.mjs';

// How often the consumer key is tried before it counts as never granted, and the pause between two tries (ms).
const tries = 100;
const pauseMs = 200;

const asked = await client({ consumerKey: null })('POST', '/auth/credential', {
  accessRules: [
    { method: 'GET', path: '/dedicatedCloud' },
    { method: 'GET', path: '/dedicatedCloud/*' },
  ],
  redirection: 'https://example.com/granted',
});
step('asked', { state: asked.state, validationUrl: asked.validationUrl });
const call = client({ consumerKey: asked.consumerKey });
step('notGranted', await refusal(call('GET', '/dedicatedCloud')));

let answer;
for (let tried = 0; tried < tries && !Array.isArray(answer); tried += 1) {
  if (tried > 0) await delay(pauseMs);
  answer = await refusal(call('GET', '/dedicatedCloud'));
}
if (!Array.isArray(answer)) throw new Error(`nobody granted the consumer key: ${answer.message}`);
step('services', answer);
step(
  'notInTheRules',
  await refusal(call('POST', `/dedicatedCloud/${answer[0]}/vmEncryption/kms`, { ip: '192.0.2.1' })),
);
// The client signs no path with /auth in it, so it cannot ask who it is.
step('credential', await refusal(call('GET', '/auth/currentCredential')));
step('details', await refusal(call('GET', '/auth/details')));
