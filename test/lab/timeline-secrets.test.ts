import { afterAll, beforeAll, expect, it } from 'vitest';
import { KeyPool, ManualClock } from '../../core/index.ts';
import { createClients, type LabClients } from '../../lab/clients/index.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { timelineOf } from '../../lab/report/timeline.ts';

// What a timeline with messages holds by itself, before the values that are known to be secret are looked for in it.

let lab: Lab;
let clients: LabClients;

beforeAll(async () => {
  lab = createLab({
    world: {
      gateway: 'open',
      vcenter: { vms: [{ name: 'web-1' }], keyProviders: [{ name: 'keyrig', default: true }] },
    },
    clock: new ManualClock(),
    ports: 'auto',
    keys: new KeyPool(),
  });
  lab.runtime.journal.keepMessages();
  await lab.start();
  clients = createClients(lab);
});
afterAll(async () => {
  await clients.close();
  await lab.stop();
});

const material = async () => {
  const kmip = clients.kmip({ as: 'vcenter' });
  const { uniqueIdentifier } = await kmip.create();
  const { keyMaterial } = await kmip.get(String(uniqueIdentifier), true);
  return String(keyMaterial);
};

it('holds the messages of all planes', async () => {
  await material();
  await clients.vcenter.crypto('GenerateKey', '<keyProvider><id>keyrig</id></keyProvider>');
  await clients.vcenter.call('RetrieveServiceContent', { type: 'ServiceInstance', value: 'ServiceInstance' });
  await clients.ovh.call('GET', '/dedicatedCloud');
  const { entries, bodies } = timelineOf(lab.runtime.journal);
  const formsOf = (event: string) => {
    const messages = entries.filter((entry) => entry.event === event).flatMap((entry) => entry.messages ?? []);
    return [...new Set(messages.map(({ direction, body }) => `${direction} ${bodies[body]!.form}`))].sort();
  };
  expect(formsOf('kmip.request')).toEqual(['answer kmip', 'request kmip']);
  expect(formsOf('vcenter.kmip.request')).toEqual(['answer kmip', 'request kmip']);
  expect(formsOf('vcenter.call')).toEqual(['answer xml', 'request xml']);
  expect(formsOf('ovh.request')).toEqual(['answer json']);
});

it('says the same once', () => {
  const { bodies } = timelineOf(lab.runtime.journal);
  const texts = bodies.map(({ form, text }) => `${form} ${text}`);
  expect(new Set(texts).size).toBe(texts.length);
});

it('holds neither key material nor passwords, tokens and private keys', async () => {
  const key = await material();
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  const { privateKey, certificate } = await lab.pki.client('somebody').then(({ privateKeyPem, certificatePem }) => ({
    privateKey: privateKeyPem,
    certificate: certificatePem,
  }));
  await clients.vcenter.crypto(
    'UploadClientCert',
    `<cluster><id>keyrig</id></cluster><certificate>${certificate}</certificate><privateKey>${privateKey}</privateKey>`,
  );
  await clients.ovh.call('POST', `/dedicatedCloud/${lab.serviceName}/user`, {
    name: 'bob',
    password: 'Correct-Horse-9-Battery',
  });
  const text = JSON.stringify(timelineOf(lab.runtime.journal));
  // What was sent is there, and what was secret in it is not.
  expect(text).toContain('Key Material (ByteString): [redacted, 32 bytes]');
  expect(text).toContain('UploadClientCert');
  expect(text).toContain('<password>[redacted]</password>');
  expect(text).toContain('\\"name\\":\\"bob\\",\\"password\\":\\"[redacted]\\"');
  const { vcenter, ovh } = lab.access();
  const secrets = {
    hex: key,
    upper: key.toUpperCase(),
    base64: Buffer.from(key, 'hex').toString('base64'),
    pem: 'BEGIN PRIVATE KEY',
    body: privateKey.split('\n')[1]!,
    ofUser: 'Correct-Horse-9-Battery',
    ofVcenter: vcenter.password,
    secret: ovh.applicationSecret,
    consumer: ovh.consumerKey,
  };
  const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret));
  expect(found.map(([name]) => name)).toEqual([]);
});
