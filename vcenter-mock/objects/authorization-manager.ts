import { principalKey, principalName } from '../authorization/directory.ts';
import { isPrivilege, privilegeIds, privilegeList } from '../authorization/privileges.ts';
import { type Role, roleIds } from '../authorization/system-roles.ts';
import type { ManagedObject, TypedObject } from '../inventory/store.ts';
import type { Call } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data, type Ref } from '../vim/kernel/values.ts';

type Permission = Data<'Permission'>;

/** A role as `roleList` shows it. */
function roleInfo({ roleId, system, name, label, summary, privileges }: Role): Data<'AuthorizationRole'> {
  return { roleId, system, name, info: data('Description', { label, summary }), privilege: [...privileges].sort() };
}

const element = (key: string) => data('ElementDescription', { key, label: key, summary: key });

function entityOf(reference: Ref, { vc }: Call): ManagedObject {
  const entity = vc.store.find(reference);
  if (!entity) throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: reference });
  return entity;
}

function roleOf(roleId: number, { vc }: Call): Role {
  const role = vc.authorization.roles.get(roleId);
  if (!role) throw fault('NotFound', vc.assumed.notFound);
  return role;
}

/** A role that users may change. documented: system roles are fixed; which fault says so is assumed */
function ownRole(roleId: number, call: Call): Role {
  const role = roleOf(roleId, call);
  if (role.system) throw invalidArgument('roleId');
  return role;
}

/** @throws InvalidName, AlreadyExists, InvalidArgument for a privilege that does not exist */
function checkRole(name: string, privileges: readonly string[], call: Call, self?: Role): void {
  const { vc } = call;
  if (name.trim() === '') throw fault('InvalidName', vc.assumed.invalidName(name), { name });
  const other = vc.authorization.roles.named(name);
  if (other && other !== self) throw fault('AlreadyExists', vc.assumed.duplicateName(name), { name });
  if (!privileges.every(isPrivilege)) throw invalidArgument('privIds');
}

function postRole(
  type: 'RoleAddedEvent' | 'RoleUpdatedEvent' | 'RoleRemovedEvent',
  role: Role,
  call: Call,
  message: string,
  fields: object = {},
): void {
  call.vc.events.post(
    type,
    { role: { roleId: role.roleId, name: role.name }, ...fields },
    { user: call.user, cause: call.cause, message },
  );
  (call.object as TypedObject<'AuthorizationManager'>).touch();
}

const samePrincipal = (one: Permission, other: Pick<Permission, 'principal' | 'group'>) =>
  one.group === other.group && principalKey(one.principal) === principalKey(other.principal);

/** Checks permissions as a client gives them, and writes their principals as the vCenter does. */
function checked(entity: ManagedObject, permissions: readonly Permission[], call: Call): Permission[] {
  const { directory } = call.vc.authorization;
  return permissions.map(({ principal, group, roleId, propagate }) => {
    const known = group ? directory.hasGroup(principal) : directory.user(principal);
    if (!known) {
      throw fault('UserNotFound', call.vc.assumed.userNotFound(principal), { principal, unresolved: false });
    }
    roleOf(roleId, call);
    // observed: the summaries of these roles say that they cannot be granted
    if (roleId === roleIds.view || roleId === roleIds.anonymous) throw invalidArgument('permission.roleId');
    return { entity: entity.ref, principal: principalName(principal), group, roleId, propagate };
  });
}

/** Writes an entity's permissions and posts an event for each that is new, different or gone. */
function replace(entity: ManagedObject, permissions: Permission[], call: Call): void {
  const { authorization, events } = call.vc;
  authorization.requireAdministrator(entity, permissions);
  const before = authorization.on(entity);
  authorization.set(entity, permissions);
  const name = String(entity.read('name'));
  const about = { user: call.user, cause: call.cause, entity };
  const fields = ({ principal, group }: Permission) => ({
    entity: { entity: entity.ref, name },
    principal,
    group,
  });
  const role = (roleId: number) => ({ roleId, name: authorization.roles.get(roleId)?.name ?? '' });
  for (const permission of permissions) {
    const old = before.find((other) => samePrincipal(other, permission));
    const { roleId, propagate, principal } = permission;
    if (old && old.roleId === roleId && old.propagate === propagate) continue;
    const now = { ...fields(permission), role: role(roleId), propagate };
    if (old) {
      const past = { prevRole: role(old.roleId), prevPropagate: old.propagate };
      const message = `Permission changed for ${principal} on ${name}, role is ${now.role.name}`;
      events.post('PermissionUpdatedEvent', { ...now, ...past }, { ...about, message });
    } else {
      const message = `Permission created for ${principal} on ${name}, role is ${now.role.name}`;
      events.post('PermissionAddedEvent', now, { ...about, message });
    }
  }
  for (const old of before) {
    if (permissions.some((permission) => samePrincipal(permission, old))) continue;
    const message = `Permission rule removed for ${old.principal} on ${name}`;
    events.post('PermissionRemovedEvent', fields(old), { ...about, message });
  }
}

/** The privileges of a user on an entity. */
const heldBy = (username: string, entity: ManagedObject, { vc }: Call) =>
  privilegeIds.filter((privilege) => vc.authorization.holds(username, privilege, entity));

/** The answer to `Has…PrivilegeOnEntities`. */
function availability(
  username: string | undefined,
  entities: readonly Ref[],
  privileges: readonly string[],
  call: Call,
): Data<'EntityPrivilege'>[] {
  return entities.map((reference) => ({
    entity: reference,
    privAvailability: privileges.map((privId) => ({
      privId,
      isGranted: username !== undefined && call.vc.authorization.holds(username, privId, entityOf(reference, call)),
    })),
  }));
}

/** A user by name. documented: asking for another than oneself needs Authorization.ModifyPermissions (assumed: at the root) */
function userNamed(userName: string, call: Call): string {
  const user = call.vc.authorization.directory.user(userName);
  if (!user) throw invalidArgument('userName');
  if (user.username !== call.user) call.require('Authorization.ModifyPermissions', call.vc.inventory.rootFolder);
  return user.username;
}

export const authorizationManager = implement('AuthorizationManager', {
  derive: {
    roleList: (_object, vc) => vc.authorization.roles.list.map(roleInfo),
    privilegeList: () => [...privilegeList],
    // Labels are those of the product's catalogues, which are not public: the ids stand for them. assumed
    description: () => ({
      privilege: privilegeList.map(({ privId }) => element(privId)),
      privilegeGroup: [...new Set(privilegeList.map(({ privGroupName }) => privGroupName))].map(element),
    }),
  },
  methods: {
    AddAuthorizationRole(_object, { name, privIds = [] }, call) {
      checkRole(name, privIds, call);
      const role = call.vc.authorization.roles.add(name, privIds);
      postRole('RoleAddedEvent', role, call, `New role ${name} created`, { privilegeList: [...role.privileges] });
      return role.roleId;
    },

    UpdateAuthorizationRole(_object, { roleId, newName, privIds = [] }, call) {
      const before = ownRole(roleId, call);
      checkRole(newName, privIds, call, before);
      const role = call.vc.authorization.roles.update(roleId, newName, privIds);
      postRole('RoleUpdatedEvent', role, call, `Role modified: previous name ${before.name}, new name ${newName}`, {
        privilegeList: [...role.privileges],
        prevRoleName: before.name,
        privilegesAdded: [...role.privileges].filter((privilege) => !before.privileges.has(privilege)),
        privilegesRemoved: [...before.privileges].filter((privilege) => !role.privileges.has(privilege)),
      });
    },

    RemoveAuthorizationRole(_object, { roleId, failIfUsed }, call) {
      const role = ownRole(roleId, call);
      const { authorization, store } = call.vc;
      const used = authorization.all().filter((permission) => permission.roleId === roleId);
      // documented: with failIfUsed a role in use stays; without it, its permissions go with it
      if (failIfUsed && used.length > 0) throw fault('RemoveFailed', call.vc.assumed.roleInUse(role.name));
      for (const { entity } of used) {
        const holder = entity && store.find(entity);
        if (!holder) continue;
        const kept = authorization.on(holder).filter((permission) => permission.roleId !== roleId);
        if (kept.length < authorization.on(holder).length) replace(holder, kept, call);
      }
      authorization.roles.remove(roleId);
      postRole('RoleRemovedEvent', role, call, `Role ${role.name} removed`);
    },

    MergePermissions(_object, { srcRoleId, dstRoleId }, call) {
      const { authorization, store } = call.vc;
      roleOf(srcRoleId, call);
      roleOf(dstRoleId, call);
      const holders = new Set(authorization.all().map(({ entity }) => entity && store.find(entity)));
      for (const holder of holders) {
        if (!holder) continue;
        const before = authorization.on(holder);
        if (!before.some(({ roleId }) => roleId === srcRoleId)) continue;
        const moved = before.map((one) => (one.roleId === srcRoleId ? { ...one, roleId: dstRoleId } : one));
        replace(holder, moved, call);
      }
    },

    RetrieveRolePermissions(_object, { roleId }, call) {
      roleOf(roleId, call);
      return visible(call).filter((permission) => permission.roleId === roleId);
    },

    RetrieveAllPermissions: (_object, _params, call) => visible(call),

    RetrieveEntityPermissions(_object, { entity, inherited }, call) {
      const target = entityOf(entity, call);
      const { authorization, inventory } = call.vc;
      const own = [...authorization.on(target)];
      if (!inherited) return own;
      const above = inventory.ancestors(target).flatMap((ancestor) => authorization.on(ancestor));
      // documented: permissions that a nearer one overrides do not count
      for (const permission of above) {
        if (permission.propagate && !own.some((near) => samePrincipal(near, permission))) own.push(permission);
      }
      return own;
    },

    // documented: adds to or changes what is there …
    SetEntityPermissions(_object, { entity, permission = [] }, call) {
      const target = entityOf(entity, call);
      const given = checked(target, permission, call);
      const kept = call.vc.authorization.on(target).filter((old) => !given.some((one) => samePrincipal(one, old)));
      replace(target, [...kept, ...given], call);
    },

    // … while this leaves nothing else.
    ResetEntityPermissions(_object, { entity, permission = [] }, call) {
      const target = entityOf(entity, call);
      replace(target, checked(target, permission, call), call);
    },

    RemoveEntityPermission(_object, { entity, user, isGroup }, call) {
      const target = entityOf(entity, call);
      const before = call.vc.authorization.on(target);
      const kept = before.filter((one) => !samePrincipal(one, { principal: user, group: isGroup }));
      if (kept.length === before.length) throw fault('NotFound', call.vc.assumed.notFound);
      replace(target, kept, call);
    },

    HasPrivilegeOnEntity(_object, { entity, sessionId, privId = [] }, call) {
      const user = call.vc.sessions.byKey(sessionId)?.user.username;
      return privId.map((privilege) => {
        return user !== undefined && call.vc.authorization.holds(user, privilege, entityOf(entity, call));
      });
    },

    HasPrivilegeOnEntities: (_object, { entity, sessionId, privId = [] }, call) =>
      availability(call.vc.sessions.byKey(sessionId)?.user.username, entity, privId, call),

    HasUserPrivilegeOnEntities: (_object, { entities, userName, privId = [] }, call) =>
      availability(userNamed(userName, call), entities, privId, call),

    FetchUserPrivilegeOnEntities(_object, { entities, userName }, call) {
      const user = userNamed(userName, call);
      return entities.map((entity) => ({ entity, privileges: heldBy(user, entityOf(entity, call), call) }));
    },
  },
});

/** The permissions that the caller may see: those on entities that exist for him. */
function visible(call: Call): Permission[] {
  const { authorization } = call.vc;
  return authorization.all().filter(({ entity }) => entity && authorization.sees(call.user, entity));
}
