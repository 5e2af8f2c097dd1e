import { isSubtype, managedDeclaration } from '../vim/kernel/registry.ts';
import { type Data, isRef, type Ref, refKey, sameRef } from '../vim/kernel/values.ts';
import { escapedName } from './entity-names.ts';
import type { ManagedObject, ObjectStore, StoreChange, TypedObject } from './store.ts';
import { VmIndex, type VmKey } from './vm-index.ts';

export type Vm = TypedObject<'VirtualMachine'>;
export type Host = TypedObject<'HostSystem'>;

export const rootFolderRef: Ref = { type: 'Folder', value: 'group-d1' };

/** Properties that lead from an entity to what the inventory tree has below it, by type of entity; subtypes have the same. */
const childProperties: Readonly<Record<string, readonly string[]>> = {
  Folder: ['childEntity'],
  Datacenter: ['vmFolder', 'hostFolder', 'datastoreFolder', 'networkFolder'],
  ComputeResource: ['host', 'resourcePool'],
  // A pool's VMs are links: their place in the tree is their folder.
  ResourcePool: ['resourcePool'],
};

const childPropertiesOfType = new Map<string, readonly string[]>();

function childPropertiesOf(type: string): readonly string[] {
  let properties = childPropertiesOfType.get(type);
  if (!properties) {
    properties = Object.entries(childProperties).find(([base]) => isSubtype(type, base))?.[1] ?? [];
    childPropertiesOfType.set(type, properties);
  }
  return properties;
}

/** The inventory tree: typed access for this process, look-ups for the methods. */
export class Inventory {
  readonly store: ObjectStore;
  readonly #vmIndex: VmIndex;
  /** Results that hold until the tree changes, by what was asked. */
  readonly #below = new Map<string, readonly ManagedObject[]>();

  constructor(store: ObjectStore) {
    this.store = store;
    this.#vmIndex = new VmIndex(store);
    store.subscribe(
      (object, change) => {
        if (change.kind === 'deleted') this.#leaveLists(object);
        if (isTreeChange(object, change)) this.#treeChanged();
        else if (runsVms(object.type) && change.properties?.includes('vm')) this.#vmsMoved();
      },
      () => this.#below.clear(),
    );
  }

  #treeChanged(): void {
    this.#below.clear();
    // What these views show is computed from the tree: tell those that wait.
    for (const view of this.store.all('ContainerView')) view.touch();
    for (const view of this.store.all('InventoryView')) view.touch();
  }

  /** documented: what a list view shows follows the inventory */
  #leaveLists({ ref }: ManagedObject): void {
    for (const list of this.store.all('ListView')) {
      const shown = list.get('view') ?? [];
      const left = shown.filter((reference) => !sameRef(reference, ref));
      if (left.length < shown.length) list.set({ view: left });
    }
  }

  #vmsMoved(): void {
    for (const view of this.store.all('ContainerView')) {
      const { type } = view.get('container');
      if (!isSubtype(type, 'Folder') && type !== 'Datacenter') view.touch();
    }
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

  /** The VM with that name; the oldest when several folders have one. */
  vm(name: string): Vm | undefined {
    return this.#vmIndex.find('name', escapedName(name))[0];
  }

  /** The VMs with that name or UUID, oldest first. */
  vmsWith(key: VmKey, value: string): Vm[] {
    return this.#vmIndex.find(key, value);
  }

  /** The host with that name. */
  host(name: string): Host | undefined {
    return this.hosts.find((host) => host.get('name') === name);
  }

  /** The host a VM is on. */
  hostOf(vm: Vm): Host | undefined {
    return this.store.get('HostSystem', vm.get('runtime').host);
  }

  /** The entities directly below one, in order. */
  children(entity: ManagedObject): ManagedObject[] {
    const found: ManagedObject[] = [];
    for (const property of childPropertiesOf(entity.type)) {
      for (const reference of references(entity.read(property))) {
        const child = this.store.find(reference);
        if (child) found.push(child);
      }
    }
    return found;
  }

  /** Everything below an entity, breadth first; without the entity itself. */
  descendants(entity: ManagedObject): readonly ManagedObject[] {
    const key = refKey(entity.ref);
    let found = this.#below.get(key);
    if (!found) {
      const all = this.children(entity);
      // The list grows while it is walked.
      for (const next of all) for (const child of this.children(next)) all.push(child);
      found = all;
      this.#below.set(key, found);
    }
    return found;
  }

  /**
   * The entities below one that are of one of the types or a subtype, as a container view shows them; all when no type is given. Below
   * hosts and resource pools there are the VMs that they run, too; also the VMs of what is directly below (documented).
   */
  below(entity: ManagedObject, recursive: boolean, types: readonly string[]): readonly ManagedObject[] {
    const running = !isSubtype(entity.type, 'Folder') && entity.type !== 'Datacenter';
    const all = running ? this.#belowCompute(entity, recursive) : this.#belowFolder(entity, recursive);
    if (types.length === 0) return all;
    const wanted = new Map<string, boolean>();
    return all.filter(({ type }) => {
      let is = wanted.get(type);
      if (is === undefined) {
        is = types.some((one) => isSubtype(type, one));
        wanted.set(type, is);
      }
      return is;
    });
  }

  #belowFolder(entity: ManagedObject, recursive: boolean): readonly ManagedObject[] {
    return recursive ? this.descendants(entity) : this.children(entity);
  }

  #belowCompute(entity: ManagedObject, recursive: boolean): readonly ManagedObject[] {
    const found = new Set(this.children(entity));
    const addVms = (above: ManagedObject) => {
      if (!runsVms(above.type)) return;
      for (const reference of references(above.read('vm'))) {
        const vm = this.store.find(reference);
        if (vm) found.add(vm);
      }
    };
    addVms(entity);
    // The set grows while it is walked.
    for (const next of found) {
      if (recursive) for (const child of this.children(next)) found.add(child);
      addVms(next);
    }
    return [...found];
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

  /** The datacenter that an entity is in, or is. */
  datacenterOf(entity: ManagedObject): TypedObject<'Datacenter'> | undefined {
    const datacenter = [entity, ...this.ancestors(entity)].find(({ type }) => type === 'Datacenter');
    return datacenter as TypedObject<'Datacenter'> | undefined;
  }

  /** The entity at an inventory path such as `Datacenter/vm/folder/name`. documented (FindByInventoryPath) */
  findByPath(path: string): ManagedObject | undefined {
    let current: ManagedObject | undefined = this.rootFolder;
    for (const name of path.split('/').filter((part) => part !== '')) {
      if (!current) return undefined;
      current = this.findChild(current, name);
    }
    return current;
  }

  /** The child with that name, however it is escaped. */
  findChild(entity: ManagedObject, asked: string): ManagedObject | undefined {
    const name = escapedName(asked);
    const vm = this.#vmIndex.find('name', name).find((candidate) => sameRef(candidate.get('parent'), entity.ref));
    if (vm) return vm;
    for (const property of childPropertiesOf(entity.type)) {
      for (const reference of references(entity.read(property))) {
        // The VMs, of which a folder may hold thousands, have been looked up.
        const child = reference.type === 'VirtualMachine' ? undefined : this.store.find(reference);
        if (child?.read('name') === name) return child;
      }
    }
    return undefined;
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

function runsVms(type: string): boolean {
  return type === 'HostSystem' || isSubtype(type, 'ResourcePool');
}

/** True when something was put into the tree, moved in it or taken out of it. */
function isTreeChange({ type }: ManagedObject, { kind, properties }: StoreChange): boolean {
  if (kind === 'deleted') return isSubtype(type, 'ManagedEntity');
  const below = childPropertiesOf(type);
  // Objects enter the tree with the property of the object above them.
  if (kind === 'created' || below.length === 0) return false;
  return !properties || properties.some((property) => below.includes(property));
}

/** The references in a property: one, several or none. */
export function references(value: unknown): Ref[] {
  if (Array.isArray(value)) return value.filter(isRef);
  return isRef(value) ? [value] : [];
}
