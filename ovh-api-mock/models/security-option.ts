import { z } from 'zod';
import { boolean, enumeration, model, string, struct } from './types.ts';

// Models and enumerations of spec 1.3 and 1.4 (schema).

export const securityOptionName = enumeration('dedicatedCloud.securityOption.SecurityOptionEnum', [
  'accessNetworkFiltered',
  'advancedSecurity',
  'base',
  'contentLibrary',
  'grsecKernel',
  'hds',
  'hids',
  'hipaa',
  'nids',
  'pcidss',
  'privateCustomerVlan',
  'privateGw',
  'sendLogToCustomer',
  'sessionTimeout',
  'sftp',
  'snc',
  'spla',
  'sslV3',
  'tls1.2',
  'tokenValidation',
  'twoFa',
  'twoFaFail2ban',
  'vrliForwarder',
  'waf',
]);
export type SecurityOptionName = z.output<typeof securityOptionName>;

export const securityOptionState = enumeration('dedicatedCloud.securityOption.StateEnum', [
  'creating',
  'deleted',
  'deleting',
  'delivered',
  'disabled',
  'pending',
  'toCreate',
  'updating',
]);
export type SecurityOptionState = z.output<typeof securityOptionState>;

export const securityOptionError = enumeration('dedicatedCloud.securityOption.ErrorEnum', [
  'ACTION_IMPOSSIBLE',
  'ALREADY_DISABLED',
  'ALREADY_ENABLED',
  'BAD_ZONE',
  'BREAKING_REQUIREMENTS',
  'CONFLICTING_OPTIONS',
  'DEFINITIVE_OPTION',
  'GENERIC_ERROR',
  'HAS_UNSUPPORTED_DEPENDENCIES',
  'MISSING_REQUIREMENTS_OPTIONS',
  'NOT_ENABLED',
  'NOT_MANAGEABLE_DIRECTLY',
  'SERVICE_SUSPENDED',
]);

export const securityOption = model('dedicatedCloud.SecurityOption', { state: securityOptionState });

export const compatibilityMatrixEntry = struct(
  'dedicatedCloud.securityOption.CompatibilityMatrixEntry',
  {
    name: securityOptionName,
    description: string,
    compatible: boolean,
    enabled: boolean,
    state: securityOptionState,
    reason: struct('dedicatedCloud.securityOption.ErrorMessage', {
      code: securityOptionError,
      message: string,
    }).nullable(),
  },
  'Whether a security option can be enabled now, and why not',
);
export type CompatibilityMatrixEntry = z.output<typeof compatibilityMatrixEntry>;

export const dependenciesTree = struct(
  'dedicatedCloud.securityOption.DependenciesTree',
  {
    requires: z.array(securityOptionName),
    depends: z.array(securityOptionName),
    conflicts: z.array(securityOptionName),
  },
  'What a security option needs, what needs it, and what excludes it',
);
