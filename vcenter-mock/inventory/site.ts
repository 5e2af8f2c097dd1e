import { KeyrigError, type RandomStream } from '../../core/index.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Ref } from '../vim/kernel/values.ts';
import { entityDefaults } from './entity-defaults.ts';
import { escapedName } from './entity-names.ts';
import type { ManagedObject, TypedObject } from './store.ts';
import { addChildren } from './virtual-machine-factory.ts';

export type Folder = TypedObject<'Folder'>;

/** What building the world needs of a vCenter. */
export interface Site {
  readonly vc: Vcenter;
  readonly random: RandomStream;
  readonly now: Date;
}

export function siteOf(vc: Vcenter): Site {
  return { vc, random: vc.runtime.random.stream('vcenter.inventory'), now: new Date(vc.runtime.clock.now()) };
}

/** A contradiction in the options that describe the inventory. */
export function optionError(text: string): KeyrigError {
  return new KeyrigError('ERR_OPTION', `inventory.${text}`);
}

/** ERR_OPTION when two members of a list have the same name. */
export function requireUnique(list: string, names: Iterable<string>): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw optionError(`${list}: the name "${name}" is used twice`);
    seen.add(name);
  }
}

/** The parts of a path such as `prod/web`; none for no path. */
export function pathOf(path: string | undefined): string[] {
  return (path ?? '').split('/').filter((part) => part !== '');
}

/** Makes a folder without putting it anywhere. */
export function createFolder(
  { vc }: Site,
  id: string,
  name: string,
  parent: Ref | undefined,
  childType: string[],
): Folder {
  return vc.store.create('Folder', id, {
    ...entityDefaults(),
    name: escapedName(name),
    parent,
    childType,
    childEntity: [],
  });
}

/** The folder at a path below another; what is missing of it is made. */
export function folderAt(site: Site, above: Folder, path: string | undefined): Folder {
  const childType = above.get('childType') ?? [];
  // Ids tell the kind of a folder by their first letter: group-v12, group-h13. observed
  const id = `${above.ref.value.slice(0, 'group-v'.length)}#`;
  let folder = above;
  for (const name of pathOf(path)) {
    const existing: ManagedObject | undefined = site.vc.inventory.findChild(folder, name);
    if (existing && existing.type !== 'Folder')
      throw optionError(`"${path}" leads through ${name}, which is no folder`);
    if (existing) {
      folder = existing as Folder;
      continue;
    }
    const created = createFolder(site, id, name, folder.ref, childType);
    addChildren(folder, [created.ref]);
    folder = created;
  }
  return folder;
}
