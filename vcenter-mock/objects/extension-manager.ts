import type { TypedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import type { Data } from '../vim/kernel/values.ts';

type Manager = TypedObject<'ExtensionManager'>;
type Extension = Data<'Extension'>;

const listOf = (object: Manager) => object.get('extensionList') ?? [];

/** The extension with that key and its place. @throws NotFound */
function placeOf(object: Manager, key: string, { vc }: Call): number {
  const place = listOf(object).findIndex((extension) => extension.key === key);
  if (place < 0) throw fault('NotFound', vc.assumed.notFound);
  return place;
}

/** documented: a key names the extension among all; registering and updating count as a sign of life */
function checked(extension: Extension, { vc }: Call): Extension {
  if (!/^[\w.-]{1,255}$/.test(extension.key)) throw invalidArgument('extension.key');
  return { ...extension, lastHeartbeatTime: new Date(vc.runtime.clock.now()) };
}

/** ExtensionManager: what other products have registered. A vCenter of the simulation comes without any. */
export const extensionManager = implement('ExtensionManager', {
  limits: { RegisterExtension: 'privileges and faults of an extension have no effect' },
  methods: {
    FindExtension: (object, { extensionKey }) => listOf(object).find(({ key }) => key === extensionKey),

    RegisterExtension(object, { extension }, call) {
      // documented: a key that is taken is a wrong argument
      if (listOf(object).some(({ key }) => key === extension.key)) throw invalidArgument('extension.key');
      object.set({ extensionList: [...listOf(object), checked(extension, call)] });
    },

    UpdateExtension(object, { extension }, call) {
      const place = placeOf(object, extension.key, call);
      object.set({ extensionList: listOf(object).with(place, checked(extension, call)) });
    },

    UnregisterExtension(object, { extensionKey }, call) {
      const place = placeOf(object, extensionKey, call);
      object.set({ extensionList: listOf(object).toSpliced(place, 1) });
    },

    QueryManagedBy(_object, { extensionKey }, { vc }) {
      const managed = vc.inventory.vms.filter((vm) => vm.get('config')?.managedBy?.extensionKey === extensionKey);
      return managed.map((vm) => vm.ref);
    },
  },
});
