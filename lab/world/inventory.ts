import type { DatacenterOptions, InventoryOptions, VmOptions } from '../../vcenter-mock/index.ts';
import type { InventoryWorld, VirtualMachineWorld } from './inventory-schema.ts';

/** Names of the inventory that steps refer to when they name none. */
export interface LabNames {
  datacenter: string;
  cluster: string;
  datastore: string;
}

const defaults: LabNames = { datacenter: 'Datacenter', cluster: 'Cluster', datastore: 'datastore1' };

/** The inventory that a world describes, as the vCenter mock takes it. */
export function inventoryOf({ datacenters, hosts, vms = [] }: InventoryWorld): InventoryOptions {
  if (datacenters) return { datacenters: datacenters.map((datacenter) => datacenterOf(datacenter)) };
  return {
    datacenter: defaults.datacenter,
    cluster: defaults.cluster,
    hosts: hosts ?? [{ name: 'esxi-1.lab' }, { name: 'esxi-2.lab' }],
    datastores: [{ name: defaults.datastore }],
    vms: vms.map(vmOf),
  };
}

type DatacenterWorld = NonNullable<InventoryWorld['datacenters']>[number];

function datacenterOf({ vms = [], ...datacenter }: DatacenterWorld): DatacenterOptions {
  return { ...datacenter, vms: vms.map(vmOf) };
}

function vmOf({ disksGb = [8], poweredOn = false, ...vm }: VirtualMachineWorld): VmOptions {
  return {
    ...vm,
    powerState: poweredOn ? 'poweredOn' : 'poweredOff',
    disks: disksGb.map((capacityGb) => ({ capacityGb })),
  };
}

/** What steps mean when they name no datacenter, cluster or datastore: the first of each. */
export function namesOf({ datacenters }: InventoryWorld): LabNames {
  const first = datacenters?.[0];
  if (!first) return defaults;
  return {
    datacenter: first.name,
    cluster: first.clusters?.[0]?.name ?? first.hosts?.[0]?.name ?? defaults.cluster,
    datastore: first.datastores?.[0]?.name ?? defaults.datastore,
  };
}
