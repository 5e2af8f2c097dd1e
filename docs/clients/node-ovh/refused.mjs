// Makes each mistake once and prints what the client rejects with.
//
//   node refused.mjs IP THUMBPRINT

import { client, refusal, step } from './lab.mjs';

const [ip, sslThumbprint] = process.argv.slice(2);
const call = client();
const [serviceName] = await call('GET', '/dedicatedCloud');
const service = `/dedicatedCloud/${serviceName}`;
const register = (body) => call('POST', `${service}/vmEncryption/kms`, body);

step('unknownService', await refusal(call('GET', '/dedicatedCloud/pcc-0-0-0-0')));
step('unknownKms', await refusal(call('GET', `${service}/vmEncryption/kms/42`)));
step('unknownTask', await refusal(call('GET', `${service}/task/42`)));
step('noSuchRoute', await refusal(call('GET', `${service}/noSuchRoute`)));
step('hostName', await refusal(register({ ip: 'kms.example.com', sslThumbprint })));
step('addressOfVersion6', await refusal(register({ ip: '2001:db8::1', sslThumbprint })));
step('noThumbprint', await refusal(register({ ip })));
step('numberForText', await refusal(register({ ip, sslThumbprint: 42 })));
step('guidePath', await refusal(call('POST', `${service}/kms`, { ip, sslThumbprint })));

// The keys, each wrong in turn.
for (const [name, keys] of [
  ['wrongApplicationKey', { appKey: 'wrong' }],
  ['wrongSecret', { appSecret: 'wrong' }],
  ['wrongConsumerKey', { consumerKey: 'wrong' }],
]) {
  step(name, await refusal(client(keys)('GET', '/dedicatedCloud')));
}
