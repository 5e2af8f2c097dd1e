import { clients } from './clients.ts';
import { describeOvhClient, documented } from './ovh-steps.ts';

// Both packages of the client are used in the same way.
for (const client of [clients.nodeOvh, clients.nodeOvh2]) {
  describeOvhClient({
    name: 'node-ovh',
    client,
    script: (name) => [documented(`node-ovh/${name}.mjs`)],
    signsAuth: false,
    refusal: (status, message) => ({ status, message }),
  });
}
