import { escapedName, plainName } from '../inventory/entity-names.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import type { Ref } from '../vim/kernel/values.ts';

/** Longest name of an entity. documented */
const maxNameLength = 80;

/**
 * The name as an entity will have it, when nothing else in the folder has it. documented
 * @throws InvalidName (empty or too long), DuplicateName
 */
export function freeName(vc: Vcenter, folder: Ref | undefined, name: string): string {
  if (name === '' || plainName(name).length > maxNameLength) {
    throw fault('InvalidName', vc.assumed.invalidName(name), { name });
  }
  const parent = folder && vc.store.find(folder);
  const taken = parent && vc.inventory.findChild(parent, name);
  if (taken) throw fault('DuplicateName', vc.assumed.duplicateName(name), { name, object: taken.ref });
  return escapedName(name);
}
