import type { Vm } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Ref, sameRef } from '../vim/kernel/values.ts';

/** The VMs, all or those of one datacenter. */
function vmsIn(datacenter: Ref | undefined, call: Call): Vm[] {
  const { inventory, store } = call.vc;
  if (!datacenter) return inventory.vms;
  const root = store.find(datacenter);
  if (!root) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: datacenter });
  const below = new Set<ManagedObject>(inventory.descendants(root));
  return inventory.vms.filter((vm) => below.has(vm));
}

/** The references of those VMs that are in the datacenter, when one is given. */
function within(vms: readonly Vm[], datacenter: Ref | undefined, call: Call): Ref[] {
  const { inventory, store } = call.vc;
  if (datacenter && !store.find(datacenter)) {
    throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: datacenter });
  }
  const inside = (vm: Vm) => !datacenter || inventory.ancestors(vm).some(({ ref }) => sameRef(ref, datacenter));
  return vms.filter(inside).map(({ ref }) => ref);
}

function byUuid(
  uuid: string,
  vmSearch: boolean,
  instanceUuid: boolean,
  datacenter: Ref | undefined,
  call: Call,
): Ref[] {
  const wanted = uuid.toLowerCase();
  if (!vmSearch) {
    return call.vc.inventory.hosts
      .filter((host) => host.get('hardware')?.systemInfo.uuid === wanted)
      .map((host) => host.ref);
  }
  return within(call.vc.inventory.vmsWith(instanceUuid ? 'instanceUuid' : 'uuid', wanted), datacenter, call);
}

function byDnsName(name: string, vmSearch: boolean, datacenter: Ref | undefined, call: Call): Ref[] {
  if (!vmSearch) return call.vc.inventory.hosts.filter((host) => host.get('name') === name).map((host) => host.ref);
  // A guest's host name is the name of its VM while its tools tell it.
  const vms = call.vc.inventory.vmsWith('name', name).filter((vm) => vm.get('guest')?.hostName === name);
  return within(vms, datacenter, call);
}

/** Hosts have no simulated address of their own but their name. */
function byIp(ip: string, vmSearch: boolean, datacenter: Ref | undefined, call: Call): Ref[] {
  if (!vmSearch) return byDnsName(ip, false, datacenter, call);
  return vmsIn(datacenter, call)
    .filter((vm) => vm.get('guest')?.ipAddress === ip)
    .map((vm) => vm.ref);
}

export const searchIndex = implement('SearchIndex', {
  methods: {
    FindByUuid: (_object, params, call) =>
      byUuid(params.uuid, params.vmSearch, params.instanceUuid ?? false, params.datacenter, call)[0],
    FindAllByUuid: (_object, params, call) =>
      byUuid(params.uuid, params.vmSearch, params.instanceUuid ?? false, params.datacenter, call),
    FindByDnsName: (_object, params, call) => byDnsName(params.dnsName, params.vmSearch, params.datacenter, call)[0],
    FindAllByDnsName: (_object, params, call) => byDnsName(params.dnsName, params.vmSearch, params.datacenter, call),
    FindByIp: (_object, params, call) => byIp(params.ip, params.vmSearch, params.datacenter, call)[0],
    FindAllByIp: (_object, params, call) => byIp(params.ip, params.vmSearch, params.datacenter, call),
    FindByInventoryPath: (_object, params, call) => call.vc.inventory.findByPath(params.inventoryPath)?.ref,

    FindChild(_object, params, call) {
      const entity = call.vc.store.find(params.entity);
      if (!entity) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: params.entity });
      return call.vc.inventory.findChild(entity, params.name)?.ref;
    },

    FindByDatastorePath: (_object, params, call) =>
      vmsIn(params.datacenter, call).find((vm) => vm.get('config')?.files.vmPathName === params.path)?.ref,
  },
});
