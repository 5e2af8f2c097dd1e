import { isSubtype, managedDeclaration } from '../vim/kernel/registry.ts';
import { type Data, isRef, type Ref, refKey, sameRef } from '../vim/kernel/values.ts';
import type { ManagedObject, ObjectStore, TypedObject } from './store.ts';

export type Vm = TypedObject<'VirtualMachine'>;
export type Host = TypedObject<'HostSystem'>;

export const rootFolderRef: Ref = { type: 'Folder', value: 'group-d1' };

/** Properties that lead from an entity to what the inventory tree has below it. */
const childProperties = [
  'childEntity',
  'vmFolder',
  'hostFolder',
  'datastoreFolder',
  'networkFolder',
  'host',
  'resourcePool',
] as const;

/** The inventory tree: typed access for this process, look-ups for the methods. */
export class Inventory {
  readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.store = store;
  }

  get rootFolder(): TypedObject<'Folder'> {
    return this.store.get('Folder', rootFolderRef)!;
  }

  get vms(): Vm[] {
    return this.store.all('VirtualMachine');
  }

  get hosts(): Host[] {
    return this.store.all('HostSystem');
  }

  get clusters(): TypedObject<'ClusterComputeResource'>[] {
    return this.store.all('ClusterComputeResource');
  }

  get datacenters(): TypedObject<'Datacenter'>[] {
    return this.store.all('Datacenter');
  }

  get datastores(): TypedObject<'Datastore'>[] {
    return this.store.all('Datastore');
  }

  /** The VM with that name. */
  vm(name: string): Vm | undefined {
    return this.vms.find((vm) => vm.get('name') === name);
  }

  /** The host with that name. */
  host(name: string): Host | undefined {
    return this.hosts.find((host) => host.get('name') === name);
  }

  /** The host a VM is on. */
  hostOf(vm: Vm): Host | undefined {
    return this.store.get('HostSystem', vm.get('runtime').host);
  }

  /** Names of entities on the wire have `/`, `\` and `%` escaped; paths split on the unescaped slash. documented */
  static unescapeName(name: string): string {
    return name.replace(/%2f/gi, '/').replace(/%5c/gi, '\\').replace(/%25/g, '%');
  }

  /** The entities directly below one, in order. */
  children(entity: ManagedObject): ManagedObject[] {
    const found: ManagedObject[] = [];
    for (const property of childProperties) {
      // A host's pool or a VM's pool is a link, not a child.
      if (property === 'resourcePool' && !isSubtype(entity.type, 'ComputeResource') && entity.type !== 'ResourcePool') {
        continue;
      }
      if (property === 'host' && !isSubtype(entity.type, 'ComputeResource')) continue;
      for (const reference of references(entity.read(property))) {
        const child = this.store.find(reference);
        if (child) found.push(child);
      }
    }
    return found;
  }

  /** Everything below an entity, breadth first; without the entity itself. */
  descendants(entity: ManagedObject): ManagedObject[] {
    const found: ManagedObject[] = [];
    const queue = [entity];
    for (let next = queue.shift(); next; next = queue.shift()) {
      const below = this.children(next);
      found.push(...below);
      queue.push(...below);
    }
    return found;
  }

  /** The entity's parents, nearest first. */
  ancestors(entity: ManagedObject): ManagedObject[] {
    const found: ManagedObject[] = [];
    let current: ManagedObject | undefined = entity;
    while (current) {
      const parent: unknown = current.read('parent');
      current = isRef(parent) ? this.store.find(parent) : undefined;
      if (current) found.push(current);
    }
    return found;
  }

  /** The entity at an inventory path such as `Datacenter/vm/folder/name`. documented (FindByInventoryPath) */
  findByPath(path: string): ManagedObject | undefined {
    let current: ManagedObject | undefined = this.rootFolder;
    for (const part of path.split('/').filter((name) => name !== '')) {
      if (!current) return undefined;
      current = this.findChild(current, Inventory.unescapeName(part));
    }
    return current;
  }

  findChild(entity: ManagedObject, name: string): ManagedObject | undefined {
    return this.children(entity).find((child) => child.read('name') === name);
  }

  /**
   * The keys of the entities an event or task filter covers; `*` stands for everything (the root folder with its children).
   */
  scope(entity: Ref, recursion: 'self' | 'children' | 'all'): Set<string> {
    const keys = new Set<string>();
    if (sameRef(entity, rootFolderRef) && recursion === 'all') return keys.add('*');
    if (recursion !== 'children') keys.add(refKey(entity));
    const object = this.store.find(entity);
    if (object && recursion === 'children') for (const child of this.children(object)) keys.add(refKey(child.ref));
    if (object && recursion === 'all') for (const below of this.descendants(object)) keys.add(refKey(below.ref));
    return keys;
  }

  /** The arguments of an event about a VM or host: where it is in the inventory. */
  eventArguments(vm?: ManagedObject, host?: ManagedObject): Partial<Data<'Event'>> {
    const hostRef = vm ? (vm.read('runtime') as Data<'VirtualMachineRuntimeInfo'>).host : undefined;
    const at = host ?? (hostRef && this.store.find(hostRef));
    const ancestors = at ? this.ancestors(at) : vm ? this.ancestors(vm) : [];
    const cluster = ancestors.find((entity) => isSubtype(entity.type, 'ComputeResource'));
    const datacenter = ancestors.find((entity) => entity.type === 'Datacenter');
    const name = (entity: ManagedObject) => String(entity.read('name'));
    return {
      datacenter: datacenter && { name: name(datacenter), datacenter: datacenter.ref },
      computeResource: cluster && { name: name(cluster), computeResource: cluster.ref },
      host: at && { name: name(at), host: at.ref },
      vm: vm && { name: name(vm), vm: vm.ref },
    };
  }

  /** All entities of a type or its subtypes. */
  entities(type: string): ManagedObject[] {
    if (!managedDeclaration(type)) return [];
    return [this.rootFolder, ...this.descendants(this.rootFolder)].filter((entity) => isSubtype(entity.type, type));
  }
}

/** The references in a property: one, several or none. */
export function references(value: unknown): Ref[] {
  if (Array.isArray(value)) return value.filter(isRef);
  return isRef(value) ? [value] : [];
}
