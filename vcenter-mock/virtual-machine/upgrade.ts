import type { Vm } from '../inventory/inventory.ts';
import type { RunningTask } from '../tasks/task-runner.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { refuseTemplate, requirePowerState } from './power.ts';

/**
 * UpgradeVM_Task: a newer hardware version, by default the newest of the release; an old one keeps a VM from being encrypted.
 * @throws AlreadyUpgraded, InvalidPowerState, InvalidArgument for a version that the release does not have. documented
 */
export function upgrade(vc: Vcenter, vm: Vm, wanted: string | undefined, task: RunningTask): void {
  refuseTemplate(vc, vm);
  vc.crypto.requireUnlocked(vm);
  requirePowerState(vc, vm, ['poweredOff'], 'poweredOff');
  const number = (version: string | undefined) => Number(/^vmx-(\d+)$/.exec(version ?? '')?.[1] ?? Number.NaN);
  const version = wanted || `vmx-${vc.profile.hardwareVersion}`;
  if (!(number(version) <= vc.profile.hardwareVersion)) throw invalidArgument('version');
  if (number(version) <= number(vm.get('config')?.version)) {
    throw fault('AlreadyUpgraded', vc.assumed.alreadyUpgraded);
  }
  const subject = { vm, user: task.user, cause: task.cause };
  const { chainId } = vc.events.post('VmUpgradingEvent', { template: false, version }, subject);
  vm.change('config', (config) => {
    config.version = version;
  });
  const message = `Virtual machine compatibility of ${vm.get('name')} upgraded to ${version}`;
  vc.events.post('VmUpgradeCompleteEvent', { template: false, version }, { ...subject, chainId, message });
}
