import { cryptoRequestOf } from '../crypto/vim-request.ts';
import { parsePath } from '../datastore/path.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { TypedObject } from '../inventory/store.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isA } from '../vim/kernel/registry.ts';
import type { Data, Ref } from '../vim/kernel/values.ts';
import { applyConfigSpec } from './apply-config-spec.ts';
import type { ConfigInfo } from './disk-chain.ts';
import { VmDraft } from './draft.ts';
import { freeName } from './names.ts';
import { datastoreOf, hostFor, objectOf, relink, requireDatastore } from './placement.ts';

type ConfigSpec = Data<'VirtualMachineConfigSpec'>;

/** CreateVM_Task: a VM with every device of the spec; encrypted at once when the spec says so. */
export async function createVm(
  vc: Vcenter,
  parent: TypedObject<'Folder'>,
  wanted: { config: ConfigSpec; pool: Ref; host?: Ref },
  task: RunningTask,
): Promise<Vm> {
  const spec = wanted.config;
  const name = freeName(vc, parent.ref, spec.name ?? '');
  const pool = objectOf(vc, 'ResourcePool', wanted.pool);
  const host = hostFor(vc, pool, wanted.host);
  const datastore = datastoreOf(vc, spec.files?.vmPathName, host);
  // documented; what the pool takes is checked with the call
  task.require('Datastore.AllocateSpace', datastore.ref);
  requireDatastore(vc, host, datastore);
  const vmx = vmxPath(vc, datastore.get('name'), name, spec.files?.vmPathName);
  const vm = vc.vmFactory.add(
    {
      name,
      hardwareVersion: hardwareVersion(spec.version, vc.profile.hardwareVersion),
      guestId: spec.guestId,
      disks: [],
    },
    { host, pool, folder: parent, datastore },
  );
  try {
    const started = vc.events.post(
      'VmBeingCreatedEvent',
      { template: false, configSpec: spec },
      { vm, user: task.user, cause: task.cause, message: `Creating ${name} on ${host.get('name')}` },
    );
    const draft = new VmDraft(vc, vm);
    draft.config.files = filesAt(vmx);
    dropDefaultController(draft.config, spec);
    applyConfigSpec(vc, draft, spec);
    draft.onCommit(() => relink(vc, vm));
    await vc.crypto.reconfigure(draft, cryptoRequestOf(spec, draft.devices), task, 'create');
    vc.events.post(
      'VmCreatedEvent',
      { template: false },
      {
        vm,
        user: task.user,
        cause: task.cause,
        chainId: started.chainId,
        message: `Created virtual machine ${name} on ${host.get('name')}`,
      },
    );
    return vm;
  } catch (error) {
    vc.vmFactory.remove(vm);
    throw error;
  }
}

/** Where the configuration file goes: a directory of its own unless the spec names one. documented */
function vmxPath(vc: Vcenter, datastore: string, name: string, wanted: string | undefined): string {
  const asked = parsePath(wanted ?? '');
  if (asked && asked.file !== '') {
    if (vc.files.find(wanted!))
      throw fault('FileAlreadyExists', vc.assumed.fileAlreadyExists(wanted!), { file: wanted! });
    return wanted!.replace(/^(\[[^\]]+\])\s*/, '$1 ');
  }
  const directory = asked?.directory || vc.files.freeDirectory(datastore, name);
  return `[${datastore}] ${directory}/${name}.vmx`;
}

/** The directories of a VM whose configuration file is there. */
export function filesAt(vmx: string): ConfigInfo['files'] {
  const home = vmx.slice(0, vmx.lastIndexOf('/') + 1);
  return { vmPathName: vmx, snapshotDirectory: home, suspendDirectory: home, logDirectory: home };
}

/** A new VM has the controllers of its spec; one for SCSI by itself only where the spec's disks count on it. assumed */
function dropDefaultController(config: ConfigInfo, spec: ConfigSpec): void {
  const added = (spec.deviceChange ?? []).filter(({ operation }) => operation === 'add').map(({ device }) => device);
  const bringsOwn = added.some((device) => device && isA(device, 'VirtualSCSIController'));
  const needed = added.some(
    (device) => device && isA(device, 'VirtualDisk') && (device.controllerKey ?? 1000) === 1000,
  );
  if (!bringsOwn && needed) return;
  config.hardware.device = config.hardware.device?.filter(({ key }) => key !== 1000);
}

/** 19 for `vmx-19`. */
function hardwareVersion(version: string | undefined, fallback: number): number {
  const digits = /^vmx-(\d+)$/.exec(version ?? '')?.[1];
  return digits === undefined ? fallback : Number(digits);
}
