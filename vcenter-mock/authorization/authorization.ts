import type { Members } from '../../core/index.ts';
import type { Assumed } from '../assumed.ts';
import { type Inventory, rootFolderRef } from '../inventory/inventory.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import { fault } from '../vim/kernel/fault.ts';
import { isSubtype, managedDeclaration } from '../vim/kernel/registry.ts';
import { type Data, isRef, parseRefKey, type Ref, refKey, sameRef } from '../vim/kernel/values.ts';
import { propertyPrivileges } from '../vim/privileges.ts';
import { administrators, Directory, principalKey, principalName, type User } from './directory.ts';
import { RoleTable, type SavedRoles } from './role-table.ts';
import { roleIds } from './system-roles.ts';

type Entity = TypedObject<'ManagedEntity'>;
type Permission = Data<'Permission'>;

/** Users with their passwords, roles, and the keys of the entities that have permissions. */
export type SavedAuthorization = {
  readonly users: readonly Members<User>[];
  readonly roles: SavedRoles;
  readonly holders: readonly string[];
};

/**
 * Who may do what: permissions stand on entities (`ManagedEntity.permission`) and count for what is below when they
 * propagate. documented rules: the nearest level with a permission for the user decides; there a permission of the user
 * goes before those of groups, which add up; a VM inherits from its folder and from its resource pool.
 *
 * A name that no user has (the vCenter itself, a host) may do everything.
 */
export class Authorization {
  readonly directory: Directory;
  readonly roles = new RoleTable();
  readonly #inventory: Inventory;
  readonly #assumed: Assumed;
  /** Keys of the entities that have permissions. */
  readonly #holders = new Set<string>();
  /** Roles by user as long as only the root has permissions: at the root, and below it. */
  readonly #simple = new Map<string, { at: readonly number[]; below: readonly number[] }>();

  constructor(parts: { users: readonly User[]; inventory: Inventory; assumed: Assumed }) {
    this.directory = new Directory(parts.users);
    this.#inventory = parts.inventory;
    this.#assumed = parts.assumed;
  }

  /** Adds a permission that propagates. */
  grant(entity: ManagedObject, principal: string, group: boolean, roleId: number): void {
    const permission = { entity: entity.ref, principal: principalName(principal), group, roleId, propagate: true };
    this.set(entity, [...this.on(entity), permission]);
  }

  /** The permissions that stand on an entity itself. */
  on(entity: ManagedObject): readonly Permission[] {
    return (entity.read('permission') as readonly Permission[] | undefined) ?? [];
  }

  /** Replaces the permissions on an entity. */
  set(entity: ManagedObject, permissions: Permission[]): void {
    (entity as Entity).set({ permission: permissions });
    this.#simple.clear();
    if (permissions.length > 0) this.#holders.add(refKey(entity.ref));
    else this.#holders.delete(refKey(entity.ref));
  }

  save(): SavedAuthorization {
    const users = this.directory.users.map((user) => ({ ...user }));
    return { users, roles: this.roles.save(), holders: this.#entities().map(({ ref }) => refKey(ref)) };
  }

  /** The permissions themselves are properties of the entities. */
  restore({ users, roles, holders }: SavedAuthorization): void {
    this.directory.replace(users);
    this.roles.restore(roles);
    this.#holders.clear();
    for (const key of holders) this.#holders.add(key);
    this.#simple.clear();
  }

  /** Every permission of the vCenter. */
  all(): Permission[] {
    return this.#entities().flatMap((entity) => this.on(entity));
  }

  #entities(): ManagedObject[] {
    const found: ManagedObject[] = [];
    for (const key of this.#holders) {
      const entity = this.#inventory.store.find(parseRefKey(key));
      if (entity) found.push(entity);
      // Entities take their permissions with them.
      else this.#holders.delete(key);
    }
    return found;
  }

  /** The roles in force for a user at an entity; empty without any permission. */
  effectiveRoles(username: string, entity: ManagedObject): readonly number[] {
    if (!this.#isSimple) return this.#computeRoles(username, entity, true);
    let roles = this.#simple.get(username);
    if (!roles) {
      const { rootFolder } = this.#inventory;
      roles = {
        at: this.#computeRoles(username, rootFolder, true),
        below: this.#computeRoles(username, rootFolder, false),
      };
      this.#simple.set(username, roles);
    }
    return sameRef(entity.ref, rootFolderRef) ? roles.at : roles.below;
  }

  /** Only the root has permissions: the way from an entity to it does not matter. */
  get #isSimple(): boolean {
    return this.#holders.size === 1 && this.#holders.has(refKey(rootFolderRef));
  }

  /** True when the user is plainly an administrator of everything. */
  isAdministrator(username: string): boolean {
    if (!this.#isSimple) return false;
    const roles = this.effectiveRoles(username, this.#inventory.rootFolder);
    return roles.length === 1 && roles[0] === roleIds.admin && this.#simple.get(username)?.below[0] === roleIds.admin;
  }

  #computeRoles(username: string, entity: ManagedObject, own: boolean): readonly number[] {
    return [...this.#rolesAt(entity, principalKey(username), this.directory.groupsOf(username), own)];
  }

  #rolesAt(entity: ManagedObject, user: string, groups: readonly string[], own: boolean): Set<number> {
    const here = this.on(entity).filter((permission) => own || permission.propagate);
    const personal = here.find((permission) => !permission.group && principalKey(permission.principal) === user);
    if (personal) return new Set([personal.roleId]);
    const shared = here.filter((permission) => permission.group && groups.includes(principalKey(permission.principal)));
    if (shared.length > 0) return new Set(shared.map((permission) => permission.roleId));
    const roles = new Set<number>();
    for (const parent of this.#parents(entity)) {
      for (const role of this.#rolesAt(parent, user, groups, false)) roles.add(role);
    }
    return roles;
  }

  #parents(entity: ManagedObject): ManagedObject[] {
    const references = [entity.read('parent')];
    if (entity.type === 'VirtualMachine') references.push(entity.read('resourcePool'));
    return references.flatMap((reference) => {
      const parent = isRef(reference) && this.#inventory.store.find(reference);
      return parent ? [parent] : [];
    });
  }

  /** True when a user holds a privilege on an object; for what is no entity the one it belongs to counts, else the root. */
  holds(username: string, privilege: string, object: ManagedObject | Ref): boolean {
    if (!this.directory.user(username)) return true;
    const entity = this.entityOf(object);
    for (const roleId of this.effectiveRoles(username, entity)) {
      if (this.roles.get(roleId)?.privileges.has(privilege)) return true;
    }
    return this.#impliedBy(username, privilege, entity, object);
  }

  /**
   * The role View cannot be granted (observed): it is what a user has where a permission of his implies it. assumed: at the
   * ancestors of an entity with a permission of his, and for the managers.
   */
  #impliedBy(username: string, privilege: string, entity: ManagedObject, object: ManagedObject | Ref): boolean {
    if (!this.roles.get(roleIds.view)?.privileges.has(privilege)) return false;
    const mine = this.#entities().filter((holder) =>
      this.effectiveRoles(username, holder).some((role) => role !== roleIds.noAccess),
    );
    if (mine.length === 0) return false;
    if (!isSubtype(object.type, 'ManagedEntity') && sameRef(entity.ref, rootFolderRef)) return true;
    return mine.some((holder) =>
      this.#inventory.ancestors(holder).some((ancestor) => sameRef(ancestor.ref, entity.ref)),
    );
  }

  /** True when the user has any access at all. */
  hasAccess(username: string): boolean {
    return this.holds(username, 'System.View', rootFolderRef);
  }

  /** @throws NoPermission when the user lacks the privilege; it names the entity that was looked at. reported by users */
  require(username: string, privilege: string, object: ManagedObject | Ref): void {
    this.requireAll(username, [privilege], object);
  }

  /** As `require` for several privileges on one object: the fault lists all that are missing (7.0.3.2). */
  requireAll(username: string, privileges: readonly string[], object: ManagedObject | Ref): void {
    const missing = privileges.filter((privilege) => !this.holds(username, privilege, object));
    if (missing[0] === undefined) return;
    const entity = this.entityOf(object).ref;
    throw fault('NoPermission', this.#assumed.noPermission, {
      object: entity,
      privilegeId: missing[0],
      missingPrivileges: [{ entity, privilegeIds: missing }],
    });
  }

  /** True when the object exists for the user: entities need System.View. */
  sees(username: string, reference: Ref): boolean {
    return !isSubtype(reference.type, 'ManagedEntity') || this.holds(username, 'System.View', reference);
  }

  /** What reading a property needs. observed where the metadata says so; documented: the rest of an entity needs System.Read */
  propertyPrivilege(type: string, property: string): string {
    for (let current: string | undefined = type; current; current = managedDeclaration(current)?.base) {
      const stated = propertyPrivileges[`${current}.${property}`];
      if (stated) return stated;
    }
    return isSubtype(type, 'ManagedEntity') ? 'System.Read' : 'System.View';
  }

  /** @throws NoPermission when the user may not read a property of an object. */
  requireRead(username: string, object: ManagedObject, property: string): void {
    this.require(username, this.propertyPrivilege(object.type, property), object);
  }

  /** The entity whose permissions count for an object. */
  entityOf(object: ManagedObject | Ref): ManagedObject {
    const { store, rootFolder } = this.#inventory;
    const found = 'read' in object ? object : store.find(object);
    if (!found) return rootFolder;
    if (isSubtype(found.type, 'ManagedEntity')) return found;
    const owner = ownerOf(found);
    return (owner && store.find(owner)) ?? rootFolder;
  }

  /** @throws AuthMinimumAdminPermission when nobody would be left who may do everything. documented */
  requireAdministrator(entity: ManagedObject, permissions: readonly Permission[]): void {
    if (!sameRef(entity.ref, rootFolderRef)) return;
    if (permissions.some(({ roleId, propagate }) => roleId === roleIds.admin && propagate)) return;
    throw fault('AuthMinimumAdminPermission', this.#assumed.minimumAdminPermission);
  }
}

/** Managed objects that belong to an entity without being one. */
function ownerOf(object: ManagedObject): Ref | undefined {
  switch (object.type) {
    case 'Task':
    case 'Alarm':
      return (object.read('info') as { entity?: Ref } | undefined)?.entity;
    case 'VirtualMachineSnapshot':
      return object.read('vm') as Ref | undefined;
    default:
      break;
  }
  // A host's managers carry the number of their host. observed
  const number = /^(?:Host|CryptoManagerHost)/.test(object.type) && /-(\d+)$/.exec(object.ref.value)?.[1];
  return number ? { type: 'HostSystem', value: `host-${number}` } : undefined;
}

/** The permissions that a vCenter starts with: the group of administrators, and what the users' options ask for. */
export function grantInitial(
  authorization: Authorization,
  inventory: Inventory,
  unknown: (what: string) => never,
): void {
  const root = inventory.rootFolder;
  authorization.grant(root, administrators, true, roleIds.admin);
  for (const { username, role = 'Admin', on } of authorization.directory.users) {
    const roleId = authorization.roles.named(role)?.roleId ?? unknown(`the role "${role}" of user ${username}`);
    const entities = on?.map((path) => inventory.findByPath(path) ?? unknown(`${path}, where ${username} has a role`));
    for (const entity of entities ?? [root]) authorization.grant(entity, username, false, roleId);
  }
}
