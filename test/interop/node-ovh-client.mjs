// The guide's OVHcloud steps with OVHcloud's official client, as a user's script would take them. The endpoint and the
// credentials come from the environment; what each step answered goes to standard output as one JSON object.

import { setTimeout as delay } from 'node:timers/promises';
import ovh from '@ovhcloud/node-ovh';

const { OVH_HOST, OVH_PORT, OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET, OVH_CONSUMER_KEY, KMS_IP, KMS_THUMBPRINT } =
  process.env;

const client = ovh({
  host: OVH_HOST,
  port: Number(OVH_PORT),
  appKey: OVH_APPLICATION_KEY,
  appSecret: OVH_APPLICATION_SECRET,
  consumerKey: OVH_CONSUMER_KEY,
});

const call = (method, path, parameters = {}) => client.requestPromised(method, path, parameters);

const services = await call('GET', '/dedicatedCloud');
const service = `/dedicatedCloud/${services[0]}`;
const before = await call('GET', `${service}/vmEncryption`);
const registered = await call('POST', `${service}/vmEncryption/kms`, {
  ip: KMS_IP,
  sslThumbprint: KMS_THUMBPRINT,
  description: 'registered by node-ovh – é',
});

let task = registered;
const states = [task.state];
while (!['done', 'error', 'canceled'].includes(task.state)) {
  await delay(100);
  task = await call('GET', `${service}/task/${registered.taskId}`);
  if (states.at(-1) !== task.state) states.push(task.state);
}

const kmsIds = await call('GET', `${service}/vmEncryption/kms`);
const kms = await call('GET', `${service}/vmEncryption/kms/${kmsIds[0]}`);
const after = await call('GET', `${service}/vmEncryption`);
const refused = await call('GET', '/dedicatedCloud/pcc-0-0-0-0').catch((error) => error);

console.log(JSON.stringify({ services, before, registered, states, task, kmsIds, kms, after, refused }));
