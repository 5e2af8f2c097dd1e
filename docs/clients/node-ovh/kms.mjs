// The OVHcloud steps of the guide: registers a KMS, follows the task, changes and removes the KMS.
//
//   node kms.mjs IP THUMBPRINT

import { client, follow, refusal, step } from './lab.mjs';

const [ip, sslThumbprint] = process.argv.slice(2);
const call = client();

const services = await call('GET', '/dedicatedCloud');
step('services', services);
const service = `/dedicatedCloud/${services[0]}`;
step('service', await call('GET', service));
step('before', await call('GET', `${service}/vmEncryption`));

const registration = { ip, sslThumbprint, description: 'registered by node-ovh – <é>' };
await follow(call, service, 'registered', await call('POST', `${service}/vmEncryption/kms`, { ...registration }));
// A task does not say which entry it made.
const kmsIds = await call('GET', `${service}/vmEncryption/kms`);
step('kmsIds', kmsIds);
const entry = `${service}/vmEncryption/kms/${kmsIds[0]}`;
step('kms', await call('GET', entry));
step('enabled', await call('GET', `${service}/vmEncryption`));
step('sameAddress', await refusal(call('POST', `${service}/vmEncryption/kms`, registration)));

const change = { sslThumbprint, description: 'changed by node-ovh' };
await follow(call, service, 'changed', await call('POST', `${entry}/changeProperties`, change));
step('changedKms', await call('GET', entry));

await follow(call, service, 'removed', await call('DELETE', entry));
step('removedKms', await refusal(call('GET', entry)));
step('after', await call('GET', `${service}/vmEncryption`));
