import { expect, test } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { createClients } from '../../lab/clients/index.ts';
import { createLab } from '../../lab/index.ts';
import { worldSchema } from '../../lab/world/schema.ts';

const thumbprint = 'A7:61:68:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:61:91:2F';

test('a world of several services is what the official client sees', async () => {
  const world = worldSchema.parse({
    kms: [{ name: 'kms-1' }],
    ovh: {
      serviceName: 'pcc-192-0-2-10',
      delivered: ['kms-1'],
      assumed: { robotCriticity: 'high', taskCreatedBy: 'robot', refuseDuplicateIp: false },
      services: [
        {
          serviceName: 'pcc-198-51-100-7',
          description: 'The neighbour',
          productReference: 'EPCC',
          userSessionTimeout: 30,
          servicePackName: null,
          version: { major: '8.0', minor: '2', build: '1' },
          kms: [
            { name: 'kms-1', state: 'updating' },
            { ip: '192.0.2.1', sslThumbprint: thumbprint, kmsTcpPort: 5697, state: 'error', description: 'old' },
          ],
          users: [{ name: 'operator', encryptionRight: true, phoneNumber: '+33123456789', isTokenValidator: true }],
          allowedNetworks: [{ network: '192.0.2.0/24' }],
          tasks: [{ taskId: 7, name: 'addUser', executionMinutes: -60, endMinutes: -59, createdFrom: 'ovh' }],
        },
        { serviceName: 'pcc-192-0-2-10' },
      ],
    },
  });
  const lab = createLab({ world, ports: 'auto', keys: new KeyPool() });
  await lab.start();
  const clients = createClients(lab);
  try {
    expect(lab.serviceName).toBe('pcc-192-0-2-10');
    const get = async (path: string) => {
      const answer = await clients.ovh.call('GET', `/dedicatedCloud${path}`);
      return 'body' in answer ? answer.body : answer;
    };
    expect(await get('')).toEqual(['pcc-198-51-100-7', 'pcc-192-0-2-10']);
    expect(await get('/pcc-198-51-100-7')).toMatchObject({
      description: 'The neighbour',
      productReference: 'EPCC',
      userSessionTimeout: 30,
      version: { major: '8.0', minor: '2', build: '1' },
      state: 'delivered',
    });
    const [first, second] = (await get('/pcc-198-51-100-7/vmEncryption/kms')) as number[];
    const { address, port, certificate } = lab.kms();
    expect(await get(`/pcc-198-51-100-7/vmEncryption/kms/${first}`)).toMatchObject({
      ip: address,
      kmsTcpPort: port,
      sslThumbprint: certificate.sha1,
      description: 'kms-1',
      state: 'updating',
    });
    expect(await get(`/pcc-198-51-100-7/vmEncryption/kms/${second}`)).toEqual({
      kmsId: second,
      ip: '192.0.2.1',
      kmsTcpPort: 5697,
      sslThumbprint: thumbprint,
      description: 'old',
      state: 'error',
    });
    expect(await get('/pcc-198-51-100-7/task/7')).toMatchObject({
      name: 'addUser',
      state: 'done',
      progress: 100,
      createdBy: 'robot',
      createdFrom: 'ovh',
    });
    // KMS that were delivered belong to the service of the lab's vCenter.
    expect(await get('/pcc-192-0-2-10/vmEncryption')).toEqual({ state: 'enabled' });
  } finally {
    await clients.close();
    await lab.stop();
  }
});

test.each([
  [{ services: [{ serviceName: 'pcc-1' }, { serviceName: 'pcc-1' }] }, 'has pcc-1 twice'],
  [{ serviceName: 'pcc-2', services: [{ serviceName: 'pcc-1' }] }, 'is not one of services'],
  [{ services: [{ serviceName: 'pcc-1', kms: [{ ip: '192.0.2.1' }] }] }, 'needs the name of a KMS'],
  [{ services: [{ serviceName: 'pcc-1', state: 'fine' }] }, 'Invalid option'],
  [{ services: [{ serviceName: 'pcc-1', userSessionTimeout: 'long' }] }, 'expected number'],
  [{ assumed: { queuedMs: 'long' } }, 'expected number'],
  [{ assumed: { queueMs: 1 } }, 'Unrecognized key'],
  [{ taskProgress: 'sometimes' }, 'Invalid option'],
])('a world with %j is refused', (ovh, message) => {
  const { error } = worldSchema.safeParse({ ovh });
  expect(error?.message).toContain(message);
});
