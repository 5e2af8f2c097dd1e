import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import { addChildren, removeChild } from '../inventory/virtual-machine-factory.ts';
import type { Vcenter } from '../vcenter.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { sameRef } from '../vim/kernel/values.ts';
import { freeName } from './names.ts';

type Folder = TypedObject<'Folder'>;

/** The folders that a datacenter has are not destroyed, renamed or moved. documented (Folder); the root folder: assumed */
export function requireMovable(vc: Vcenter, entity: ManagedObject): void {
  if (entity.type !== 'Folder' || (entity.read('parent') as Folder['ref'] | undefined)?.type === 'Folder') return;
  throw fault('NotSupported', vc.assumed.notSupported);
}

/**
 * Whether an entity may go into another folder.
 * @throws InvalidFolder (a folder into itself or what lies below it), NotSupported (a folder for other things), DuplicateName
 */
export function checkMoveInto(vc: Vcenter, folder: Folder, entity: ManagedObject): void {
  if (sameRef(entity.read('parent') as Folder['ref'] | undefined, folder.ref)) return;
  if (entity === folder || vc.inventory.ancestors(folder).includes(entity)) {
    throw fault('InvalidFolder', vc.assumed.invalidFolder, { target: folder.ref });
  }
  requireMovable(vc, entity);
  const childType = folder.get('childType') ?? [];
  const fits =
    entity.type === 'Folder' ? sameTypes(childType, entity) : childType.some((type) => isSubtype(entity.type, type));
  if (!fits) throw fault('NotSupported', vc.assumed.notSupported);
  freeName(vc, folder.ref, String(entity.read('name')));
}

/** Puts an entity into another folder. @throws as {@link checkMoveInto} */
export function moveInto(vc: Vcenter, folder: Folder, entity: ManagedObject): void {
  checkMoveInto(vc, folder, entity);
  if (sameRef(entity.read('parent') as Folder['ref'] | undefined, folder.ref)) return;
  removeChild(vc.store, entity);
  (entity as TypedObject<'ManagedEntity'>).set({ parent: folder.ref });
  addChildren(folder, [entity.ref]);
}

function sameTypes(childType: readonly string[], entity: ManagedObject): boolean {
  const own = (entity as Folder).get('childType') ?? [];
  return own.every((type) => childType.includes(type));
}
