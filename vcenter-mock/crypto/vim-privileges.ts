import type { ManagedObject } from '../inventory/store.ts';
import { roleHas } from '../objects/roles.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { VmCryptoPlan } from './vm-crypto-plan.ts';

/** @throws NoPermission naming the privilege when the user's role does not hold it */
export function requirePrivilege(vc: Vcenter, user: string, object: ManagedObject, privilegeId: string): void {
  const role = vc.sessions.users.find(({ username }) => username === user)?.role ?? 'Admin';
  if (roleHas(role, privilegeId)) return;
  throw fault('NoPermission', vc.assumed.noPermission, { object: object.ref, privilegeId });
}

/** The privileges on the VM (its folder, for a new one) that a change of encryption needs. documented (vcenter.md 4.4) */
export function privilegesFor(plan: VmCryptoPlan, isNew: boolean): string[] {
  const needed = new Set<string>();
  for (const action of [plan.home, ...plan.disks.map((disk) => disk.action)]) {
    if (action === 'encrypt') needed.add(isNew ? 'Cryptographer.EncryptNew' : 'Cryptographer.Encrypt');
    else if (action === 'decrypt') needed.add('Cryptographer.Decrypt');
    else if (action) needed.add('Cryptographer.Recrypt');
  }
  return [...needed];
}
