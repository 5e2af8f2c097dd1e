import { parsePath } from '../datastore/path.ts';
import type { Vcenter } from '../vcenter.ts';
import { dataDeclaration, fieldsOf, isSubtype } from '../vim/kernel/registry.ts';
import { type Data, isRef } from '../vim/kernel/values.ts';

type ConfigInfo = Data<'VirtualMachineConfigInfo'>;
type Found = { modified: string[]; added: string[]; deleted: string[] };

/** Fields that every reconfiguration changes, or that follow from others; the observed events leave them out. */
const silent = new Set(['changeVersion', 'modified', 'datastoreUrl']);
/** Lists whose members are told apart by a field. */
const keyed: Readonly<Record<string, string>> = { device: 'key', extraConfig: 'key' };

/**
 * What changed in a VM's configuration. The form is observed (vcenter.md 8.1, and the events of other vCenters): one line
 * `path: old -> new; ` for each field, `path: value; ` for what was added or deleted, an empty line after each.
 */
export function describeChanges(
  vc: Vcenter,
  before: ConfigInfo,
  after: ConfigInfo,
): Required<Data<'ChangesInfoEventArgument'>> {
  const found: Found = { modified: [], added: [], deleted: [] };
  compare(vc, 'VirtualMachineConfigInfo', 'config', before, after, found);
  const text = (lines: readonly string[]) => lines.map((line) => `${line}; \n\n`).join('');
  return {
    _type: 'ChangesInfoEventArgument',
    modified: text(found.modified),
    added: text(found.added),
    deleted: text(found.deleted),
  };
}

/** The text of the event. observed form */
export function changesText(changes: Required<Data<'ChangesInfoEventArgument'>>): string {
  const { modified, added, deleted } = changes;
  return `  \n \nModified:  \n \n${modified} Added:  \n \n${added} Deleted:  \n \n${deleted}`;
}

function compare(vc: Vcenter, type: string, path: string, before: object, after: object, found: Found): void {
  for (const { field, name, array } of fieldsOf(type).values()) {
    if (silent.has(field)) continue;
    const [old, now] = [Reflect.get(before, field), Reflect.get(after, field)];
    const here = `${path}.${field}`;
    const by = keyed[field];
    if (by && (Array.isArray(old) || Array.isArray(now)) && dataDeclaration(name)) {
      compareLists(vc, here, by, old ?? [], now ?? [], found);
    } else if (isData(name, old) && isData(name, now)) {
      const own = (now as { _type?: string })._type ?? name;
      compare(vc, own, here, old, now, found);
    } else {
      // observed: a list that was not there is an empty one
      const [a, b] = [old, now].map((value) => show(vc, name, field, array ? (value ?? []) : value));
      if (a !== b) found.modified.push(`${here}: ${a} -> ${b}`);
    }
  }
}

function isData(type: string, value: unknown): value is object {
  return dataDeclaration(type) !== undefined && typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** observed: `config.hardware.device(2000)`, `config.extraConfig("nvram")`. */
function compareLists(
  vc: Vcenter,
  path: string,
  by: string,
  before: readonly object[],
  after: readonly object[],
  found: Found,
): void {
  const keyOf = (value: object) => Reflect.get(value, by) as string | number;
  const place = (value: object) => `${path}(${JSON.stringify(keyOf(value))})`;
  const typeOf = (value: object) => (value as { _type?: string })._type ?? 'OptionValue';
  const old = new Map(before.map((value) => [keyOf(value), value]));
  for (const value of after) {
    const was = old.get(keyOf(value));
    old.delete(keyOf(value));
    if (was) compare(vc, typeOf(value), place(value), was, value, found);
    else found.added.push(`${place(value)}: ${show(vc, typeOf(value), '', value)}`);
  }
  for (const gone of old.values()) found.deleted.push(`${place(gone)}: ${show(vc, typeOf(gone), '', gone)}`);
}

/** A value as the events show it. observed */
function show(vc: Vcenter, type: string, field: string, value: unknown): string {
  if (value === undefined || value === null) return '<unset>';
  if (typeof value === 'string')
    return `"${field === 'fileName' || field === 'vmPathName' ? urlOf(vc, value) : value}"`;
  if (value instanceof Date) return `"${value.toISOString()}"`;
  if (Array.isArray(value)) return `(${value.map((one) => show(vc, type, field, one)).join(', ')})`;
  if (isRef(value)) return `'vim.${value.type}:${vc.instanceUuid}:${value.value}'`;
  if (typeof value === 'object') {
    const own = (value as { _type?: string })._type;
    const actual = own && isSubtype(own, type) ? own : type;
    const members = [...fieldsOf(actual).values()].map((member) => {
      const inner = Reflect.get(value, member.field);
      // observed: an unset data object is null, anything else that is unset <unset>; a key names its provider alone
      const isUnsetObject = inner === undefined && !member.array && dataDeclaration(member.name) !== undefined;
      return `${member.field} = ${isUnsetObject ? 'null' : show(vc, member.name, member.field, inner)}`;
    });
    return `(${members.join(', ')})`;
  }
  return String(value);
}

/** observed: files are named by their datastore's address. */
function urlOf(vc: Vcenter, path: string): string {
  const parsed = parsePath(path);
  const datastore = parsed && vc.inventory.datastores.find((one) => one.get('name') === parsed.datastore);
  return datastore ? path.replace(/^\[[^\]]+\] /, datastore.get('info').url) : path;
}
