import type { z } from 'zod';
import { boolean, enumeration, long, map, model, property, rw, string, struct, uuid } from './types.ts';

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

export const version = struct('dedicatedCloud.Version', { major: string, minor: string, build: string });

const resourceMetadata = model('iam.ResourceMetadata', {
  id: uuid,
  urn: string,
  displayName: string.nullable(),
  tags: map(string).nullable(),
});

export const userAccessPolicy = enumeration('dedicatedCloud.UserAccessPolicyEnum', ['filtered', 'open']);
export const userLogoutPolicy = enumeration('dedicatedCloud.UserLogoutPolicyEnum', ['first', 'last']);

const properties = {
  serviceName: string,
  description: rw(string),
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
  version,
  servicePackName: string.nullable(),
  webInterfaceUrl: string,
  vScopeUrl: string,
  certifiedInterfaceUrl: string,
  userAccessPolicy: rw(userAccessPolicy),
  userLimitConcurrentSession: rw(long),
  userLogoutPolicy: rw(userLogoutPolicy),
  userSessionTimeout: rw(long),
  advancedSecurity: boolean,
  canMigrateToVCD: boolean,
  spla: boolean,
  sslV3: rw(boolean.nullable()),
};

/** A service as a whole object of the deprecated PUT. */
export const dedicatedCloudObject = model('dedicatedCloud.dedicatedCloud', properties);

/** What GET answers: its properties, and what IAM knows of it. */
export const dedicatedCloud = model(
  'dedicatedCloud.dedicatedCloudWithIAM',
  { ...properties, iam: property(resourceMetadata.nullable(), { bare: true }) },
  { ovhId: 'dedicatedCloud' },
);
export type DedicatedCloud = z.output<typeof dedicatedCloud>;

/** A filter of GET /dedicatedCloud: by tags, each with one or more conditions. */
export const tagFilter = model('iam.resource.TagFilter', {
  operator: enumeration('iam.resource.TagFilter.OperatorEnum', ['EQ']).nullish(),
  value: string,
});
