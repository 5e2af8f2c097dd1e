import { type World, worldSchema } from './schema.ts';

/** What `keyrig up` starts without a file: the guide's beginning, with virtual machines to try it on. */
export const defaultWorld: World = worldSchema.parse({
  ovh: { docsCompat: true },
  vcenter: {
    hosts: [{ name: 'esxi-1.lab' }, { name: 'esxi-2.lab' }],
    vms: [
      { name: 'web-1', hardwareVersion: 19 },
      { name: 'db-1', hardwareVersion: 13, disksGb: [16, 100] },
      { name: 'old-1', hardwareVersion: 12 },
      { name: 'busy-1', hardwareVersion: 19, poweredOn: true },
    ],
  },
});
