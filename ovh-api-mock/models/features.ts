import type { z } from 'zod';
import { version } from './dedicated-cloud.ts';
import { boolean, enumeration, long, model, struct } from './types.ts';
import { optionState } from './vm-encryption.ts';

// Models and enumerations of spec 1.3 and 1.4 (schema).

const featureStatus = enumeration('dedicatedCloud.capabilities.FeatureStatusEnum', ['active', 'comingSoon', 'no']);

export const capabilities = model('dedicatedCloud.Capabilities', {
  canAddUser: boolean,
  upgradable: boolean,
  addRessourceRightStatus: featureStatus,
  backupStatus: featureStatus,
  fullAdminRoUserStatus: featureStatus,
  nexus1000vStatus: featureStatus,
  userAccessPolicyStatus: featureStatus,
});
export type Capabilities = z.output<typeof capabilities>;

export const vcenter = struct(
  'dedicatedCloud.vcenter',
  { currentVersion: version, lastMajor: version, lastMinor: version },
  'The version in use and the newest ones to change to',
);
export type Vcenter = z.output<typeof vcenter>;

export const iam = model('dedicatedCloud.Iam', { state: optionState, identityProviderId: long.nullable() });
export type Iam = z.output<typeof iam>;
