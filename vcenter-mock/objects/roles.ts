/** Roles that every vCenter has. observed (vcenter.md 4.4) */
export const systemRoles = [
  { roleId: -1, name: 'Admin', label: 'Administrator' },
  { roleId: -2, name: 'ReadOnly', label: 'Read-only' },
  { roleId: -3, name: 'View', label: 'View' },
  { roleId: -4, name: 'Anonymous', label: 'Anonymous' },
  { roleId: -5, name: 'NoAccess', label: 'No access' },
  { roleId: -6, name: 'NoCryptoAdmin', label: 'No cryptography administrator' },
  { roleId: -7, name: 'TrustedAdmin', label: 'Trusted Infrastructure administrator' },
  { roleId: -8, name: 'NoTrustedAdmin', label: 'No Trusted Infrastructure administrator' },
] as const;

/** observed (vcenter.md 4.4) */
export const cryptoPrivileges = [
  'Cryptographer.Access',
  'Cryptographer.AddDisk',
  'Cryptographer.Clone',
  'Cryptographer.Decrypt',
  'Cryptographer.Encrypt',
  'Cryptographer.EncryptNew',
  'Cryptographer.ManageEncryptionPolicy',
  'Cryptographer.ManageKeyServers',
  'Cryptographer.ManageKeys',
  'Cryptographer.Migrate',
  'Cryptographer.ReadKeyServersInfo',
  'Cryptographer.Recrypt',
  'Cryptographer.RegisterHost',
  'Cryptographer.RegisterVM',
] as const;

/** Whether a role holds a privilege; '' (it depends on the arguments) is left to the method. documented */
export function roleHas(role: string, privilege: string): boolean {
  switch (role) {
    case 'Admin':
    case 'TrustedAdmin':
    case 'NoTrustedAdmin':
      return true;
    case 'NoCryptoAdmin':
      return !privilege.startsWith('Cryptographer.');
    case 'ReadOnly':
    case 'View':
      return privilege === '' || privilege.startsWith('System.') || privilege === 'StorageProfile.View';
    case 'Anonymous':
      return privilege === 'System.Anonymous';
    default:
      return false;
  }
}
