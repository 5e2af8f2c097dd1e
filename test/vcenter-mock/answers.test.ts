import { expect, test } from 'vitest';
import type { VersionProfileName } from '../../vcenter-mock/index.ts';
import { loggedIn } from './lab.ts';
import { objectsOf, problemsOf } from './validate-answer.ts';

/** A RetrieveProperties of everything that every object of the vCenter has. */
function everything(objects: readonly { type: string; value: string }[]): string {
  const types = [...new Set(objects.map(({ type }) => type))];
  const propSet = types.map((type) => `<propSet><type>${type}</type><all>true</all></propSet>`).join('');
  const objectSet = objects
    .map(({ type, value }) => `<objectSet><obj type="${type}">${value}</obj></objectSet>`)
    .join('');
  return `<RetrieveProperties xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet>${propSet}${objectSet}</specSet></RetrieveProperties>`;
}

const clients: [profile: VersionProfileName, version: string][] = [
  ['6.7', '6.5'],
  ['6.7', '6.7.1'],
  ['6.7', '9.1.0.0'],
  ['7.0', '6.7.3'],
  ['7.0', '7.0.0.0'],
  ['7.0', '7.0.3.0'],
  ['8.0', '7.0.3.0'],
  ['8.0', '8.0.3.0'],
  ['9.0', '8.0.3.0'],
  ['9.0', '9.0.0.0'],
];

// .NET and gSOAP clients read by position and need every required element; pyVmomi needs every enumeration and no unknown field.
test.each(clients)(
  'a vCenter %s tells a client of %s nothing that the client does not know, and all that it needs',
  async (profile, version) => {
    const lab = await loggedIn({
      version: profile,
      inventory: {
        hosts: [{ name: 'esx-01' }, { name: 'esx-02', cryptoSupported: false }],
        vms: [
          {
            name: 'web',
            host: 'esx-01',
            snapshots: ['before', 'after'],
            disks: [{ capacityGb: 1 }, { capacityGb: 2 }],
          },
          { name: 'db', host: 'esx-02', powerState: 'poweredOn', vtpm: true, ipAddress: '192.0.2.7' },
        ],
      },
    });
    const { body, status } = await lab.call(
      everything(lab.mock.vc.store.list().map(({ ref }) => ref)),
      `"urn:vim25/${version}"`,
    );
    expect(status).toBe(200);
    const objects = objectsOf(body);
    expect(objects.length).toBeGreaterThan(40);
    const own = { '6.7': '6.7.3', '7.0': '7.0.3.0', '8.0': '8.0.3.0', '9.0': '9.0.0.0' }[profile];
    expect([...new Set(problemsOf(objects, version === '9.1.0.0' ? own : version))]).toEqual([]);
  },
);
