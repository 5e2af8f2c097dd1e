import { plainName } from '../inventory/entity-names.ts';
import type { Host, Vm } from '../inventory/inventory.ts';
import { references } from '../inventory/inventory.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { Vcenter } from '../vcenter.ts';
import { isSubtype } from '../vim/kernel/registry.ts';
import { VapiError } from './errors.ts';
import type { Operation, RestCall } from './operation.ts';

/** What an entity has to do with a member of a filter: it passes when one of these is asked for. */
export type Criterion =
  | ((entity: ManagedObject, vc: Vcenter) => readonly string[])
  | { readonly values: readonly string[]; readonly of: (entity: ManagedObject) => readonly string[] };

/** A kind of inventory object as the REST API lists and shows it. */
export interface InventoryKind {
  /** `/vcenter/<path>`. */
  readonly path: string;
  /** Member of the summary that holds the identifier. */
  readonly id: string;
  /** Last part of its service's name; default: `id`. */
  readonly service?: string;
  /** In texts: `Virtual machine with identifier … does not exist.` */
  readonly label: string;
  readonly entities: (vc: Vcenter) => readonly ManagedObject[];
  /** Most entities that a list answers with. documented */
  readonly limit: number;
  readonly filters: Readonly<Record<string, Criterion>>;
  /** API version that introduced a filter, when it is not as old as the list. */
  readonly filtersSince?: Readonly<Record<string, string>>;
  /** The summary besides identifier and name. */
  readonly summary: (entity: ManagedObject, call: RestCall) => object;
  /** What a get answers; without it there is none. */
  readonly detail?: (entity: ManagedObject, call: RestCall) => object;
}

const needed = 'System.Read';

/** List and get of a kind. documented: both need System.Read, and a list shows what the user may read */
export function readsOf(kind: InventoryKind): Operation[] {
  const { detail } = kind;
  const query = Object.keys(kind.filters).map((name) => [name, kind.filtersSince?.[name]].filter(Boolean).join('@'));
  const service = `com.vmware.vcenter.${kind.service ?? kind.id}`;
  const operations: Operation[] = [
    {
      method: 'GET',
      path: `/vcenter/${kind.path}`,
      query,
      rpc: { service, operation: 'list', result: `${service}.summary[]` },
      run: (call) => list(kind, call),
    },
  ];
  if (!detail) return operations;
  const path = `/vcenter/${kind.path}/{${kind.id}}`;
  const rpc = { service, operation: 'get', result: `${service}.info` };
  return [...operations, { method: 'GET', path, rpc, run: (call) => detail(entityOf(kind, call), call) }];
}

/** The entity that a path names. @throws NOT_FOUND (observed text), UNAUTHORIZED */
export function entityOf(kind: InventoryKind, call: RestCall): ManagedObject {
  const id = call.params[kind.id] ?? '';
  const entity = kind.entities(call.vc).find(({ ref }) => ref.value === id);
  if (entity) {
    call.vc.authorization.require(call.user, needed, entity);
    return entity;
  }
  throw unknown(kind, call, id);
}

/** observed text */
export function unknown({ id: name, label }: InventoryKind, { vc }: RestCall, id: string): VapiError {
  const full = `${id}:${vc.instanceUuid}`;
  const text = `${label} with identifier '${full}' does not exist.`;
  return new VapiError('NOT_FOUND', `com.vmware.api.vcenter.${name}.not_found`, text, [full]);
}

function list(kind: InventoryKind, call: RestCall): object[] {
  const { vc, user } = call;
  let found = kind.entities(vc);
  for (const [name, criterion] of Object.entries(kind.filters)) {
    const of = typeof criterion === 'function' ? (entity: ManagedObject) => criterion(entity, vc) : criterion.of;
    const asked = typeof criterion === 'function' ? call.query.list(name) : call.query.choices(name, criterion.values);
    if (!asked) continue;
    const wanted = new Set<string>(asked);
    found = found.filter((entity) => of(entity).some((value) => wanted.has(value)));
  }
  found = found.filter((entity) => vc.authorization.holds(user, needed, entity));
  if (found.length > kind.limit) {
    // The text is assumed.
    throw new VapiError(
      'UNABLE_TO_ALLOCATE_RESOURCE',
      `com.vmware.api.vcenter.${kind.id}.list_too_large`,
      `More than ${kind.limit} objects match. Add more filter criteria to reduce the number.`,
      [String(kind.limit)],
    );
  }
  return found.map((entity) => ({ [kind.id]: entity.ref.value, name: nameOf(entity), ...kind.summary(entity, call) }));
}

/** Names on the vim25 wire are escaped, here they are not. documented */
export function nameOf(entity: ManagedObject): string {
  return plainName(String(entity.read('name')));
}

/** A map: an object in `/api`, a list of keys and values in `/rest`. documented */
export function mapFor({ root }: RestCall, entries: readonly (readonly [string, unknown])[]): object {
  return root === 'api' ? Object.fromEntries(entries) : entries.map(([key, value]) => ({ key, value }));
}

export const byId = (entity: ManagedObject) => [entity.ref.value];
export const byName = (entity: ManagedObject) => [nameOf(entity)];
export const byParent = (entity: ManagedObject) => references(entity.read('parent')).map(({ value }) => value);
export const byDatacenter = (entity: ManagedObject, vc: Vcenter) => above(entity, vc, 'Datacenter');
export const byCluster = (entity: ManagedObject, vc: Vcenter) => above(entity, vc, 'ClusterComputeResource');

function above(entity: ManagedObject, vc: Vcenter, type: string): string[] {
  const found = vc.inventory.ancestors(entity).filter((ancestor) => isSubtype(ancestor.type, type));
  return found.map(({ ref }) => ref.value);
}

/** The host of a VM, when there is one. */
export function hostOf(vm: ManagedObject, vc: Vcenter): Host | undefined {
  return vc.inventory.hostOf(vm as Vm);
}
