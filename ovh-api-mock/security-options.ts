import type { AssumedValues } from './assumed.ts';
import { fill } from './assumed.ts';
import type { CompatibilityMatrixEntry, SecurityOptionName, SecurityOptionState } from './models/security-option.ts';
import { securityOptionName } from './models/security-option.ts';
import type { Service } from './services.ts';

/** What is known, or assumed, of a security option. */
interface Facts {
  description: string;
  /** Options that must be delivered before it. */
  requires?: readonly SecurityOptionName[];
  conflicts?: readonly SecurityOptionName[];
  /** Shown only when a client asks for internal ones. */
  internal?: true;
}

const restricted = ['accessNetworkFiltered', 'advancedSecurity', 'sessionTimeout', 'tokenValidation'] as const;

/**
 * The options of the schema's enumeration. Only their names are documented, and that the certified packs need restricted
 * access and validated tokens (spec 5); descriptions and all other relations are assumed.
 */
const facts: Readonly<Record<SecurityOptionName, Facts>> = {
  accessNetworkFiltered: { description: 'Access from allowed networks only' },
  advancedSecurity: { description: 'Advanced security', requires: ['base'] },
  base: { description: 'Base of the security options', internal: true },
  contentLibrary: { description: 'Content library' },
  grsecKernel: { description: 'Hardened kernel', internal: true },
  hds: { description: 'Hosting of health data', requires: restricted, conflicts: ['sslV3', 'hipaa'] },
  hids: { description: 'Host intrusion detection', requires: ['base'], internal: true },
  hipaa: {
    description: 'Hosting of health data in the United States',
    requires: restricted,
    conflicts: ['sslV3', 'hds'],
  },
  nids: { description: 'Network intrusion detection', requires: ['base'], internal: true },
  pcidss: { description: 'Hosting of payment card data', requires: restricted, conflicts: ['sslV3'] },
  privateCustomerVlan: { description: 'Private network of the customer' },
  privateGw: { description: 'Private gateway' },
  sendLogToCustomer: { description: 'Logs sent to the customer' },
  sessionTimeout: { description: 'End of idle sessions' },
  sftp: { description: 'Files by SFTP' },
  snc: { description: 'SecNumCloud', requires: restricted, conflicts: ['sslV3'] },
  spla: { description: 'Microsoft licences by subscription' },
  sslV3: { description: 'SSL 3.0', conflicts: ['tls1.2', 'hds', 'hipaa', 'pcidss', 'snc'] },
  'tls1.2': { description: 'TLS 1.2 only', conflicts: ['sslV3'] },
  tokenValidation: { description: 'Sensitive operations confirmed by token', requires: ['base'] },
  twoFa: { description: 'Second factor' },
  twoFaFail2ban: { description: 'Block after failed second factors', requires: ['twoFa'], internal: true },
  vrliForwarder: { description: 'Logs forwarded to vRealize Log Insight' },
  waf: { description: 'Web application firewall', requires: ['base'], internal: true },
};

/** The states of a service's options: what was set, else what its properties tell (assumed). */
export type SecurityOptionStates = ReadonlyMap<SecurityOptionName, SecurityOptionState>;

/** The state of one option of a service. */
export function securityOptionState(
  option: SecurityOptionName,
  states: SecurityOptionStates,
  service: Service,
): SecurityOptionState {
  return states.get(option) ?? (followsFrom(service, option) ? 'delivered' : 'disabled');
}

/** Options that are nothing but a property of the service, and the base of the advanced ones. */
function followsFrom({ properties, tokenValidation }: Service, option: SecurityOptionName): boolean {
  const { advancedSecurity, userAccessPolicy, userSessionTimeout, spla, sslV3 } = properties;
  switch (option) {
    case 'base':
    case 'advancedSecurity':
      return advancedSecurity;
    case 'tokenValidation':
      return tokenValidation;
    case 'accessNetworkFiltered':
      return userAccessPolicy === 'filtered';
    case 'sessionTimeout':
      return userSessionTimeout > 0;
    case 'spla':
      return spla;
    case 'sslV3':
      return sslV3 === true;
    default:
      return false;
  }
}

/** The options that one needs, those that need it, and those that it excludes. */
export function dependencies(
  option: SecurityOptionName,
): Record<'requires' | 'depends' | 'conflicts', SecurityOptionName[]> {
  const { requires = [], conflicts = [] } = facts[option];
  const depends = securityOptionName.options.filter((other) => facts[other].requires?.includes(option));
  return { requires: [...requires], depends, conflicts: [...conflicts] };
}

/** Why an option cannot be delivered with the others as they are; null when it can. */
export function obstacle(
  option: SecurityOptionName,
  stateOf: (option: SecurityOptionName) => SecurityOptionState,
  assumed: AssumedValues,
): CompatibilityMatrixEntry['reason'] {
  const { requires, conflicts } = dependencies(option);
  const present = (other: SecurityOptionName) => stateOf(other) === 'delivered';
  const excluding = conflicts.filter(present);
  if (excluding.length > 0) {
    const message = fill(assumed.conflictingOptionsText, { option, others: excluding.join(', ') });
    return { code: 'CONFLICTING_OPTIONS', message };
  }
  const missing = requires.filter((other) => !present(other));
  if (missing.length === 0) return null;
  const message = fill(assumed.missingOptionsText, { option, others: missing.join(', ') });
  return { code: 'MISSING_REQUIREMENTS_OPTIONS', message };
}

/** Which options a service has, and which it could have. */
export function compatibilityMatrix(
  stateOf: (option: SecurityOptionName) => SecurityOptionState,
  { showIncompatible, showInternal }: { showIncompatible: boolean; showInternal: boolean },
  assumed: AssumedValues,
): CompatibilityMatrixEntry[] {
  return securityOptionName.options
    .filter((option) => showInternal || !facts[option].internal)
    .map((name) => {
      const state = stateOf(name);
      const enabled = state === 'delivered';
      const reason = enabled ? null : obstacle(name, stateOf, assumed);
      return { name, description: facts[name].description, compatible: reason === null, enabled, state, reason };
    })
    .filter(({ compatible }) => showIncompatible || compatible);
}
