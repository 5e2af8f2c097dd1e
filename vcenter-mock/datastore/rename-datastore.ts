import type { TypedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { sameRef } from '../vim/kernel/values.ts';
import { relink } from '../virtual-machine/placement.ts';
import { snapshotsOf } from '../virtual-machine/snapshots.ts';

/** Gives a datastore another name, with which every path on it begins from then on. documented */
export function renameDatastore(vc: Vcenter, datastore: TypedObject<'Datastore'>, name: string): void {
  const rename = prefixed(datastore.get('name'), name);
  const vms = vc.inventory.vms.filter((vm) => vm.get('datastore')?.some((one) => sameRef(one, datastore.ref)));
  datastore.set({
    name,
    info: { ...datastore.get('info'), name },
    summary: { ...datastore.get('summary'), name },
  });
  for (const vm of vms) {
    vm.set({ config: withPaths(vm.get('config'), rename) });
    for (const snapshot of snapshotsOf(vc.store, vm)) {
      snapshot.set({ config: withPaths(snapshot.get('config'), rename) });
    }
    relink(vc, vm);
  }
  vc.files.renameDatastore(datastore.ref, (value) => withPaths(value, rename));
}

function prefixed(from: string, to: string): (text: string) => string {
  const old = `[${from}]`;
  return (text) => (text.startsWith(old) ? `[${to}]${text.slice(old.length)}` : text);
}

/** The same data with other paths in it. */
function withPaths<T>(value: T, rename: (text: string) => string): T {
  if (typeof value === 'string') return rename(value) as T;
  if (Array.isArray(value)) return value.map((member) => withPaths(member, rename)) as T;
  if (value instanceof Map) return new Map([...value].map(([key, member]) => [key, withPaths(member, rename)])) as T;
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withPaths(member, rename)])) as T;
}
