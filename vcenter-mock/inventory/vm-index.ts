import type { ObjectStore, TypedObject } from './store.ts';

type Vm = TypedObject<'VirtualMachine'>;

/** What VMs are looked up by. */
interface Keys {
  readonly name: string;
  readonly uuid: string;
  readonly instanceUuid: string;
}

export type VmKey = keyof Keys;

const keyNames: readonly VmKey[] = ['name', 'uuid', 'instanceUuid'];

/** Finds VMs by what identifies them, without looking at all of them. It follows the store. */
export class VmIndex {
  readonly #known = new Map<Vm, Keys>();
  /** Several VMs may share a name (in different folders) and even a UUID (copies). In order of creation. */
  readonly #byKey: Record<VmKey, Map<string, Vm | Set<Vm>>> = {
    name: new Map(),
    uuid: new Map(),
    instanceUuid: new Map(),
  };

  constructor(store: ObjectStore) {
    store.subscribe(
      (object, { kind, properties }) => {
        if (object.type !== 'VirtualMachine') return;
        const vm = object as Vm;
        if (kind === 'deleted') this.#remove(vm);
        else if (!properties || properties.includes('config')) this.#put(vm);
      },
      () => {
        this.#known.clear();
        for (const key of keyNames) this.#byKey[key].clear();
        for (const vm of store.all('VirtualMachine')) this.#put(vm);
      },
    );
  }

  find(by: VmKey, value: string): Vm[] {
    const found = this.#byKey[by].get(value);
    if (found === undefined) return [];
    return found instanceof Set ? [...found] : [found];
  }

  #put(vm: Vm): void {
    const config = vm.get('config');
    if (!config) return;
    const before = this.#known.get(vm);
    const { name, uuid, instanceUuid = '' } = config;
    if (before?.name === name && before.uuid === uuid && before.instanceUuid === instanceUuid) return;
    if (before) this.#remove(vm);
    const keys: Keys = { name, uuid, instanceUuid };
    this.#known.set(vm, keys);
    for (const key of keyNames) {
      const map = this.#byKey[key];
      const same = map.get(keys[key]);
      if (same === undefined) map.set(keys[key], vm);
      else map.set(keys[key], inOrder(same instanceof Set ? same : new Set([same]), vm));
    }
  }

  #remove(vm: Vm): void {
    const keys = this.#known.get(vm);
    if (!keys) return;
    this.#known.delete(vm);
    for (const key of keyNames) {
      const map = this.#byKey[key];
      const same = map.get(keys[key]);
      if (same === vm) map.delete(keys[key]);
      else if (same instanceof Set) same.delete(vm);
    }
  }
}

/** Adds a VM. One that took on the name or UUID of others later than they may still be older. */
function inOrder(vms: Set<Vm>, added: Vm): Set<Vm> {
  const age = ({ ref }: Vm) => Number(ref.value.slice('vm-'.length));
  const isNewest = [...vms].every((vm) => age(vm) < age(added));
  return isNewest ? vms.add(added) : new Set([...vms, added].sort((a, b) => age(a) - age(b)));
}
