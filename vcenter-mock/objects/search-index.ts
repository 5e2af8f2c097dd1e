import { formatPath, parsePath } from '../datastore/path.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Ref, sameRef } from '../vim/kernel/values.ts';

function existing(reference: Ref, { vc }: Call): ManagedObject {
  const object = vc.store.find(reference);
  if (!object) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  return object;
}

/** What was found, as far as it is in the datacenter, when one is given, and the user may read it. documented */
function readable(found: readonly (Vm | Host)[], datacenter: Ref | undefined, call: Call): Ref[] {
  const { inventory, authorization } = call.vc;
  if (datacenter) existing(datacenter, call);
  const inside = (entity: Vm | Host) =>
    !datacenter || inventory.ancestors(entity).some(({ ref }) => sameRef(ref, datacenter));
  return found
    .filter((entity) => inside(entity) && authorization.holds(call.user, 'System.Read', entity))
    .map(({ ref }) => ref);
}

/** An entity that was found by its place, when the user may see it. documented */
function visible(found: ManagedObject | undefined, { vc, user }: Call): Ref | undefined {
  return found && vc.authorization.sees(user, found.ref) ? found.ref : undefined;
}

interface ByUuid {
  readonly uuid: string;
  readonly vmSearch: boolean;
  readonly instanceUuid?: boolean;
  readonly datacenter?: Ref;
}

function byUuid({ uuid, vmSearch, instanceUuid, datacenter }: ByUuid, call: Call): Ref[] {
  const { inventory } = call.vc;
  const wanted = uuid.toLowerCase();
  const found = vmSearch
    ? inventory.vmsWith(instanceUuid ? 'instanceUuid' : 'uuid', wanted)
    : inventory.hosts.filter((host) => host.get('hardware')?.systemInfo.uuid === wanted);
  return readable(found, datacenter, call);
}

interface ByName {
  readonly vmSearch: boolean;
  readonly datacenter?: Ref;
}

const hostsNamed = (name: string, { vc }: Call) => vc.inventory.hosts.filter((host) => host.get('name') === name);

function byDnsName({ dnsName, vmSearch, datacenter }: ByName & { dnsName: string }, call: Call): Ref[] {
  // A guest's host name is the name of its VM while its tools tell it.
  const vms = () => call.vc.inventory.vmsWith('name', dnsName).filter((vm) => vm.get('guest')?.hostName === dnsName);
  return readable(vmSearch ? vms() : hostsNamed(dnsName, call), datacenter, call);
}

/** Hosts have no simulated address of their own but their name. */
function byIp({ ip, vmSearch, datacenter }: ByName & { ip: string }, call: Call): Ref[] {
  const vms = () => call.vc.inventory.vms.filter((vm) => vm.get('guest')?.ipAddress === ip);
  return readable(vmSearch ? vms() : hostsNamed(ip, call), datacenter, call);
}

/** @throws InvalidDatastore when the path names none, or one that the datacenter does not have. documented */
function byDatastorePath(datacenter: Ref, path: string, call: Call): Ref | undefined {
  const { inventory, assumed } = call.vc;
  const parsed = parsePath(path);
  if (!parsed) throw fault('InvalidDatastorePath', assumed.invalidDatastorePath(path), { datastorePath: path });
  const name = parsed.datastore;
  const below = inventory.descendants(existing(datacenter, call));
  if (!below.some((entity) => entity.type === 'Datastore' && entity.read('name') === name)) {
    throw fault('InvalidDatastore', assumed.invalidDatastore(name), { name });
  }
  const wanted = formatPath(parsed);
  const found = inventory.vms.filter((vm) => vm.get('config')?.files.vmPathName === wanted);
  return readable(found, datacenter, call)[0];
}

export const searchIndex = implement('SearchIndex', {
  methods: {
    FindByUuid: (_object, params, call) => byUuid(params, call)[0],
    FindAllByUuid: (_object, params, call) => byUuid(params, call),
    FindByDnsName: (_object, params, call) => byDnsName(params, call)[0],
    FindAllByDnsName: (_object, params, call) => byDnsName(params, call),
    FindByIp: (_object, params, call) => byIp(params, call)[0],
    FindAllByIp: (_object, params, call) => byIp(params, call),
    FindByInventoryPath: (_object, params, call) => visible(call.vc.inventory.findByPath(params.inventoryPath), call),
    FindChild: (_object, params, call) =>
      visible(call.vc.inventory.findChild(existing(params.entity, call), params.name), call),
    FindByDatastorePath: (_object, params, call) => byDatastorePath(params.datacenter, params.path, call),
  },
});
