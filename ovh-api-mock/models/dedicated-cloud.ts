import { z } from 'zod';
import { boolean, enumeration, long, model, string } from './types.ts';

// Models and enumerations of spec 1.3 and 1.4 (schema).

export const serviceState = enumeration('dedicatedCloud.StateEnum', [
  'available',
  'delivered',
  'disabled',
  'disabling',
  'error',
  'migrating',
  'provisionning',
  'recycling',
  'reserved',
  'toDisable',
  'toProvision',
  'toRecycle',
  'toRemove',
  'toUnprovision',
  'unprovisionning',
  'upgrading',
]);

const resourceMetadata = model('iam.ResourceMetadata', {
  id: string,
  urn: string,
  displayName: string.nullable(),
  tags: z.record(z.string(), string).nullable(),
});

export const dedicatedCloud = model('dedicatedCloud.dedicatedCloudWithIAM', {
  serviceName: string,
  description: string,
  state: serviceState,
  productReference: enumeration('dedicatedCloud.productReferenceEnum', ['EPCC', 'MBM']),
  commercialRange: string,
  generation: enumeration('dedicatedCloud.GenerationEnum', ['1.0', '2.0']),
  billingType: enumeration('dedicatedCloud.BillingTypeEnum', ['demo', 'monthly']),
  location: string,
  bandwidth: string,
  managementInterface: enumeration('dedicatedCloud.ManagementInterfaceEnum', [
    'azure',
    'openstack',
    'systemcenter',
    'vcloud',
    'vcsa',
    'vsphere',
  ]),
  version: model('dedicatedCloud.Version', { major: string, minor: string, build: string }),
  servicePackName: string.nullable(),
  webInterfaceUrl: string,
  vScopeUrl: string,
  certifiedInterfaceUrl: string,
  userAccessPolicy: enumeration('dedicatedCloud.UserAccessPolicyEnum', ['filtered', 'open']),
  userLimitConcurrentSession: long,
  userLogoutPolicy: enumeration('dedicatedCloud.UserLogoutPolicyEnum', ['first', 'last']),
  userSessionTimeout: long,
  advancedSecurity: boolean,
  canMigrateToVCD: boolean,
  spla: boolean,
  sslV3: boolean.nullable(),
  iam: resourceMetadata.nullable(),
});
export type DedicatedCloud = z.output<typeof dedicatedCloud>;
