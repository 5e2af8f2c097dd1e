import { implement } from '../vim/kernel/implementation.ts';
import { type Data, data, ref } from '../vim/kernel/values.ts';
import { cryptoPrivileges, roleHas, systemRoles } from './roles.ts';

/** Privileges that the simulated methods need, besides those of cryptography. observed names */
const privileges = [
  'System.Anonymous',
  'System.View',
  'System.Read',
  'Folder.Create',
  'VirtualMachine.Inventory.Create',
  'VirtualMachine.Inventory.Delete',
  'VirtualMachine.Inventory.Unregister',
  'VirtualMachine.Interact.PowerOn',
  'VirtualMachine.Interact.PowerOff',
  'Resource.HotMigrate',
  'Resource.ColdMigrate',
  'StorageProfile.View',
  'StorageProfile.Update',
  ...cryptoPrivileges,
];

/** The system roles as `roleList` shows them. */
export function roleList(): Data<'AuthorizationRole'>[] {
  return systemRoles.map(({ roleId, name, label }) => ({
    roleId,
    system: true,
    name,
    info: data('Description', { label, summary: label }),
    privilege: privileges.filter((privilege) => roleHas(name, privilege)),
  }));
}

export const authorizationManager = implement('AuthorizationManager', {
  derive: { roleList },
  methods: {
    RetrieveAllPermissions: (_object, _params, { vc }) =>
      vc.sessions.users.map((user) => ({
        entity: ref('Folder', 'group-d1'),
        principal: user.username,
        group: false,
        roleId: systemRoles.find((role) => role.name === (user.role ?? 'Admin'))?.roleId ?? -5,
        propagate: true,
      })),

    HasPrivilegeOnEntity: (_object, { sessionId, privId }, { vc }) => {
      const session = vc.sessions.list().find((candidate) => candidate.key === sessionId);
      return (privId ?? []).map((privilege) => session !== undefined && roleHas(session.role, privilege));
    },
  },
});
