import { expect, test } from 'vitest';
import { KeyPool } from '../../core/index.ts';
import { createClients } from '../../lab/clients/index.ts';
import { createLab } from '../../lab/index.ts';
import { worldSchema } from '../../lab/world/schema.ts';

test('a world of several datacenters is what clients see, and what steps mean by default', async () => {
  const world = worldSchema.parse({
    vcenter: {
      datacenters: [
        {
          name: 'Paris',
          clusters: [{ name: 'gold', hosts: [{ name: 'esx-01' }], resourcePools: ['prod'] }],
          hosts: [{ name: 'esx-09' }],
          datastores: [{ name: 'fast' }],
          vms: [{ name: 'web-#', count: 10, folder: 'prod', poweredOn: true, disksGb: [1], snapshots: 1 }],
        },
        { name: 'Berlin' },
      ],
    },
  });
  const lab = createLab({ world, ports: 'auto', keys: new KeyPool() });
  await lab.start();
  try {
    expect(lab.names).toEqual({ datacenter: 'Paris', cluster: 'gold', datastore: 'fast' });
    const clients = createClients(lab);
    for (const [type, name] of [
      ['Datacenter', 'Berlin'],
      ['ClusterComputeResource', 'gold'],
      ['ResourcePool', 'prod'],
      ['HostSystem', 'esx-09'],
      ['VirtualMachine', 'web-10'],
    ] as const) {
      expect(await clients.vcenter.find(type, name)).toMatchObject({ type });
    }
    await clients.close();
  } finally {
    await lab.stop();
  }
});

test.each([
  [{ vms: [{ name: 'x#', count: 0 }] }],
  [{ datacenters: [] }],
  [{ datacenters: [{ name: 'x', cluster: 'y' }] }],
])('a world that says nothing sensible is refused: %j', (vcenter) => {
  expect(worldSchema.safeParse({ vcenter }).success).toBe(false);
});
