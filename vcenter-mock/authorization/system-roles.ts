import { privilegeIds } from './privileges.ts';

/** A role: a named set of privileges. */
export interface Role {
  readonly roleId: number;
  readonly system: boolean;
  readonly name: string;
  readonly label: string;
  readonly summary: string;
  readonly privileges: ReadonlySet<string>;
}

/** Ids that the code needs by name. observed (vcenter.md 4.4) */
export const roleIds = { admin: -1, readOnly: -2, view: -3, anonymous: -4, noAccess: -5 } as const;

const trusted = /^(TrustedAdmin|Host\.Tpm)\./;
/** What "No cryptography administrator" lacks: all of Cryptographer and whatever would go around it. observed */
const cryptographic =
  /^(Cryptographer\..*|Global\.Diagnostics|Host\.Inventory\.Add(HostToCluster|StandaloneHost)|Host\.Local\.ManageUserGroups|VirtualMachine\.Interact\.GuestControl)$/;
const readOnly = ['System.Anonymous', 'System.View', 'System.Read'];

const all = (keep: (privilege: string) => boolean) => privilegeIds.filter(keep);

const rows: readonly [number, string, string, string, readonly string[]][] = [
  [-1, 'Admin', 'Administrator', 'Full access rights', privilegeIds],
  [-2, 'ReadOnly', 'Read-only', 'See details of objects, but not make changes', readOnly],
  [-3, 'View', 'View', 'Visibility access (cannot be granted)', ['System.Anonymous', 'System.View']],
  [-4, 'Anonymous', 'Anonymous', 'Not logged-in user (cannot be granted)', ['System.Anonymous']],
  [-5, 'NoAccess', 'No access', 'Used for restricting granted access', []],
  [
    -6,
    'NoCryptoAdmin',
    'No cryptography administrator',
    'Full access without Cryptographic operations and Trusted Infrastructure privileges',
    all((privilege) => !cryptographic.test(privilege) && !trusted.test(privilege)),
  ],
  [
    -7,
    'TrustedAdmin',
    'Trusted Infrastructure administrator',
    'Setup and monitoring of Trusted Infrastructure',
    all((privilege) => trusted.test(privilege) || readOnly.includes(privilege)),
  ],
  [
    -8,
    'NoTrustedAdmin',
    'No Trusted Infrastructure administrator',
    'Full access without Trusted Infrastructure privileges',
    all((privilege) => !trusted.test(privilege)),
  ],
];

/** The roles that every vCenter has. observed (vcenter.md 4.4, and the role list that govmomi records) */
export const systemRoles: readonly Role[] = rows.map(([roleId, name, label, summary, privileges]) => ({
  roleId,
  system: true,
  name,
  label,
  summary,
  privileges: new Set(privileges),
}));
