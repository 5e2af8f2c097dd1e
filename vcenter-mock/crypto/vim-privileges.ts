import type { DraftOrigin } from '../crypto-hooks.ts';
import type { VmCryptoPlan } from './vm-crypto-plan.ts';

/** The privileges on the VM (its folder, for a new one) that a change of encryption needs. documented (vcenter.md 4.4) */
export function privilegesFor(plan: VmCryptoPlan, origin: DraftOrigin): string[] {
  const needed = new Set<string>();
  for (const target of [plan.home, ...plan.disks]) {
    if (!target) continue;
    // A new disk of a VM that exists needs AddDisk, which was asked for before.
    const isAdded = 'operation' in target && target.operation !== 'edit' && origin === 'reconfigure';
    if (target.action === 'decrypt') needed.add('Cryptographer.Decrypt');
    else if (target.action !== 'encrypt') needed.add('Cryptographer.Recrypt');
    else if (origin === 'create') needed.add('Cryptographer.EncryptNew');
    else if (!isAdded) needed.add('Cryptographer.Encrypt');
  }
  return [...needed];
}
