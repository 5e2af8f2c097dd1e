import { entityDefaults } from '../inventory/entity-defaults.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { anyValue, type Data, type Ref } from '../vim/kernel/values.ts';
import { applyConfigSpec, checkConfigSpec } from '../virtual-machine/apply-config-spec.ts';

function hardwareVersion(version: string | undefined, fallback: number): number {
  const digits = /^vmx-(\d+)$/.exec(version ?? '')?.[1];
  return digits === undefined ? fallback : Number(digits);
}

/** The datastore that a VM path names: `[datastore1]` or `[datastore1] vm/vm.vmx`. */
function datastoreOf(vc: Vcenter, spec: Data<'VirtualMachineConfigSpec'>) {
  const name = /^\[([^\]]+)\]/.exec(spec.files?.vmPathName ?? '')?.[1];
  const datastore = vc.inventory.datastores.find((candidate) => name === undefined || candidate.get('name') === name);
  if (!datastore) throw fault('InvalidDatastore', vc.assumed.invalidDatastore(name ?? ''), { name });
  return datastore;
}

/** Folder: creating VMs and folders. */
export const folder = implement('Folder', {
  methods: {
    CreateVM_Task: (parent, { config, pool, host }, call) =>
      call.vc.tasks.start({
        method: call.method,
        descriptionId: 'Folder.createVm',
        entity: parent,
        user: call.user,
        role: call.role,
        cause: call.cause,
        run: async (task) => {
          const { vc } = call;
          const name = config.name ?? '';
          if (name === '') {
            throw invalidArgument('configSpec.name');
          }
          const taken = vc.inventory.vm(name);
          if (taken) throw fault('DuplicateName', vc.assumed.duplicateName(name), { name, object: taken.ref });
          const into = vc.store.get('ResourcePool', pool);
          if (!into) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: pool });
          const on = host ? vc.store.get('HostSystem', host) : vc.inventory.hosts[0];
          if (!on) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: host ?? parent.ref });
          const vm = vc.vmFactory.add(
            {
              name,
              hardwareVersion: hardwareVersion(config.version, vc.profile.hardwareVersion),
              guestId: config.guestId,
              cpus: config.numCPUs,
              memoryMb: config.memoryMB,
              disks: [],
            },
            {
              host: on,
              pool: into,
              folder: parent,
              datastore: datastoreOf(vc, config),
            },
          );
          try {
            checkConfigSpec(vc, vm, config);
            const started = vc.events.post(
              'VmBeingCreatedEvent',
              { template: false, configSpec: config },
              { vm, user: task.user, cause: task.cause, message: `Creating ${name} on ${on.get('name')}` },
            );
            applyConfigSpec(vc, vm, config);
            await vc.crypto.createVm(vm, config, task);
            vc.events.post(
              'VmCreatedEvent',
              { template: false },
              {
                vm,
                user: task.user,
                cause: task.cause,
                chainId: started.chainId,
                message: `Created virtual machine ${name} on ${on.get('name')}`,
              },
            );
          } catch (error) {
            vc.vmFactory.remove(vm);
            throw error;
          }
          return anyValue('ref VirtualMachine', vm.ref satisfies Ref);
        },
      }),

    CreateFolder(parent, { name }, { vc }) {
      const taken = vc.inventory.findChild(parent, name);
      if (taken) throw fault('DuplicateName', vc.assumed.duplicateName(name), { name, object: taken.ref });
      const created = vc.store.create('Folder', `group-${parent.ref.value.charAt(6)}#`, {
        ...entityDefaults(),
        name,
        parent: parent.ref,
        childType: parent.get('childType'),
        childEntity: [],
      });
      parent.set({ childEntity: [...(parent.get('childEntity') ?? []), created.ref] });
      return created.ref;
    },
  },
});
