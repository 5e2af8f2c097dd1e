import type { z } from 'zod';
import { boolean, enumeration, long, model, rw, string } from './types.ts';

// Models and enumerations of spec 1.3 and 1.4 (schema).

export const userState = enumeration('dedicatedCloud.user.StateEnum', ['creating', 'deleting', 'delivered', 'error']);
export type UserState = z.output<typeof userState>;

export const activationState = enumeration('dedicatedCloud.user.ActivationStateEnum', [
  'disabled',
  'disabling',
  'enabled',
  'enabling',
  'toDisable',
  'toEnable',
]);
export type ActivationState = z.output<typeof activationState>;

const userType = enumeration('dedicatedCloud.user.TypeEnum', ['group', 'user']);

/** Written as `tokenValidator`, read as `isTokenValidator`. */
export const user = model('dedicatedCloud.User', {
  userId: long,
  name: string,
  login: string,
  firstName: string.nullable(),
  lastName: string.nullable(),
  email: string.nullable(),
  phoneNumber: string.nullable(),
  state: userState,
  activationState: activationState.nullable(),
  type: userType.nullable(),
  canManageIpFailOvers: boolean,
  canManageNetwork: boolean,
  canManageRights: boolean,
  encryptionRight: boolean,
  fullAdminRo: boolean,
  isEnableManageable: boolean,
  isTokenValidator: boolean,
  nsxRight: boolean,
  receiveAlerts: boolean,
  identityProviderId: long.nullable(),
  identityProviderType: enumeration('dedicatedCloud.user.IdentityProviderTypeEnum', ['federation', 'iam']).nullable(),
  activeDirectoryId: long.nullable(),
  activeDirectoryType: userType.nullable(),
});
export type UserModel = z.output<typeof user>;

export const rightKind = enumeration('dedicatedCloud.right.RightEnum', ['admin', 'disabled', 'readonly', 'readwrite']);
export const networkRole = enumeration('dedicatedCloud.right.NetworkRoleEnum', [
  'admin',
  'manager',
  'noAccess',
  'readonly',
]);
export const vmNetworkRole = enumeration('dedicatedCloud.right.VmNetworkRoleEnum', ['admin', 'noAccess', 'readonly']);

/** What a user may do in a datacenter. */
export const right = model('dedicatedCloud.Right', {
  rightId: long,
  datacenterId: long,
  right: rw(rightKind),
  networkRole: rw(networkRole),
  vmNetworkRole: rw(vmNetworkRole),
  canAddRessource: rw(boolean),
});
export type Right = z.output<typeof right>;

export const objectRightType = enumeration('dedicatedCloud.right.UserObjectRightTypeEnum', [
  'cluster',
  'datastore',
  'dvportgroup',
  'folder',
  'pool',
  'vm',
]);

/** What a user may do with one object of the vCenter. */
export const objectRight = model('dedicatedCloud.ObjectRight', {
  objectRightId: long,
  name: string,
  type: objectRightType,
  right: rightKind,
  propagate: boolean,
  vmwareObjectId: string,
});
export type ObjectRight = z.output<typeof objectRight>;
