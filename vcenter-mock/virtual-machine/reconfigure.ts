import { cryptoRequestOf } from '../crypto/vim-request.ts';
import { escapedName } from '../inventory/entity-names.ts';
import type { Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Data } from '../vim/kernel/values.ts';
import { applyConfigSpec, requireVersion } from './apply-config-spec.ts';
import { changesText, describeChanges } from './describe-changes.ts';
import { VmDraft } from './draft.ts';
import { freeName } from './names.ts';

/** ReconfigVM_Task: the plain part and the encryption of a spec, both or neither, and the event that tells what changed. */
export async function reconfigureVm(
  vc: Vcenter,
  vm: Vm,
  spec: Data<'VirtualMachineConfigSpec'>,
  task: RunningTask,
): Promise<void> {
  vc.crypto.requireUnlocked(vm);
  if (spec.name && escapedName(spec.name) !== vm.get('name')) freeName(vc, vm.get('parent'), spec.name);
  const before = vm.get('config')!;
  // A VM that is only being made has no version that a client could know.
  requireVersion(vc, spec.changeVersion, before.changeVersion);
  const draft = new VmDraft(vc, vm);
  applyConfigSpec(vc, draft, spec);
  await vc.crypto.reconfigure(draft, cryptoRequestOf(spec, draft.devices), task, 'reconfigure');
  const changes = describeChanges(vc, before, vm.get('config')!);
  const at = vc.inventory.eventArguments(vm);
  vc.events.post(
    'VmReconfiguredEvent',
    { template: before.template, configSpec: spec, configChanges: changes },
    {
      vm,
      user: task.user,
      cause: task.cause,
      // observed form
      message: `Reconfigured ${vm.get('name')} on ${at.host?.name ?? ''} in ${at.datacenter?.name ?? ''}.${changesText(changes)}`,
    },
  );
}
