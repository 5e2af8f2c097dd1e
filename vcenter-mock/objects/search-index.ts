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

/** documented: only what the user may read is found, by path and name what he may view */
function granted(found: readonly (Ref | undefined)[], privilege: string, { vc, user }: Call): Ref[] {
  return found.flatMap((one) => (one && vc.authorization.holds(user, privilege, one) ? [one] : []));
}

const readable = (found: readonly (Ref | undefined)[], call: Call) => granted(found, 'System.Read', call);
const viewable = (found: readonly (Ref | undefined)[], call: Call) => granted(found, 'System.View', call);

export const searchIndex = implement('SearchIndex', {
  methods: {
    FindByUuid: (_object, params, call) =>
      readable(byUuid(params.uuid, params.vmSearch, params.instanceUuid ?? false, params.datacenter, call), call)[0],
    FindAllByUuid: (_object, params, call) =>
      readable(byUuid(params.uuid, params.vmSearch, params.instanceUuid ?? false, params.datacenter, call), call),
    FindByDnsName: (_object, params, call) =>
      readable(byDnsName(params.dnsName, params.vmSearch, params.datacenter, call), call)[0],
    FindAllByDnsName: (_object, params, call) =>
      readable(byDnsName(params.dnsName, params.vmSearch, params.datacenter, call), call),
    FindByIp: (_object, params, call) => readable(byIp(params.ip, params.vmSearch, params.datacenter, call), call)[0],
    FindAllByIp: (_object, params, call) => readable(byIp(params.ip, params.vmSearch, params.datacenter, call), call),
    FindByInventoryPath: (_object, params, call) =>
      viewable([call.vc.inventory.findByPath(params.inventoryPath)?.ref], call)[0],

    FindChild(_object, params, call) {
      const entity = call.vc.store.find(params.entity);
      if (!entity) throw fault('ManagedObjectNotFound', call.vc.assumed.objectNotFound, { obj: params.entity });
      return viewable([call.vc.inventory.findChild(entity, params.name)?.ref], call)[0];
    },

    FindByDatastorePath: (_object, params, call) =>
      readable(
        vmsIn(params.datacenter, call)
          .filter((vm) => vm.get('config')?.files.vmPathName === params.path)
          .map(({ ref }) => ref),
        call,
      )[0],
  },
});
