import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { Ref } from '../vim/kernel/values.ts';

/** Longest name of an entity. documented */
const maxNameLength = 80;

/**
 * A name that nothing else in the folder has. documented
 * @throws InvalidName (empty or too long), DuplicateName
 */
export function requireFreeName(vc: Vcenter, folder: Ref | undefined, name: string): void {
  if (name === '' || name.length > maxNameLength) throw fault('InvalidName', vc.assumed.invalidName(name), { name });
  const parent = folder && vc.store.find(folder);
  const taken = parent && vc.inventory.findChild(parent, name);
  if (taken) throw fault('DuplicateName', vc.assumed.duplicateName(name), { name, object: taken.ref });
}
