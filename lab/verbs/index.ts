import { clockAdvance } from './clock-advance.ts';
import { kmipActivate } from './kmip-activate.ts';
import { kmipAttributes } from './kmip-attributes.ts';
import { kmipDestroy } from './kmip-destroy.ts';
import { kmipLocate } from './kmip-locate.ts';
import { kmipRevoke } from './kmip-revoke.ts';
import { kmsBackup } from './kms-backup.ts';
import { kmsIssueClient } from './kms-issue-client.ts';
import { kmsObjects } from './kms-objects.ts';
import { kmsRestore } from './kms-restore.ts';
import { kmsRotateCertificate } from './kms-rotate-certificate.ts';
import { kmsStart } from './kms-start.ts';
import { kmsStop } from './kms-stop.ts';
import { kmsThumbprint } from './kms-thumbprint.ts';
import { ovhCall } from './ovh-call.ts';
import { ovhWaitTask } from './ovh-wait-task.ts';
import { vcenterCreateVm } from './vcenter-create-vm.ts';
import { vcenterEditStoragePolicies } from './vcenter-edit-storage-policies.ts';
import { vcenterEditVm } from './vcenter-edit-vm.ts';
import { vcenterEvents } from './vcenter-events.ts';
import { vcenterKmsStatus } from './vcenter-kms-status.ts';
import { vcenterMarkDefault } from './vcenter-mark-default.ts';
import { vcenterMigrate } from './vcenter-migrate.ts';
import { vcenterPower } from './vcenter-power.ts';
import { vcenterRebootHost } from './vcenter-reboot-host.ts';
import { vcenterRegisterKmipServer } from './vcenter-register-kmip-server.ts';
import { vcenterTrustKms } from './vcenter-trust-kms.ts';
import { vcenterUnlock } from './vcenter-unlock.ts';
import { vcenterUploadClientCertificate } from './vcenter-upload-client-certificate.ts';
import { vcenterVm } from './vcenter-vm.ts';
import type { Verb } from './verb.ts';

/** The closed set of verbs; a new one is a file of its own and a line here. */
export const verbs: readonly Verb[] = [
  clockAdvance,
  kmipActivate,
  kmipAttributes,
  kmipDestroy,
  kmipLocate,
  kmipRevoke,
  kmsBackup,
  kmsIssueClient,
  kmsObjects,
  kmsRestore,
  kmsRotateCertificate,
  kmsStart,
  kmsStop,
  kmsThumbprint,
  ovhCall,
  ovhWaitTask,
  vcenterCreateVm,
  vcenterEditStoragePolicies,
  vcenterEditVm,
  vcenterEvents,
  vcenterKmsStatus,
  vcenterMarkDefault,
  vcenterMigrate,
  vcenterPower,
  vcenterRebootHost,
  vcenterRegisterKmipServer,
  vcenterTrustKms,
  vcenterUnlock,
  vcenterUploadClientCertificate,
  vcenterVm,
];

const byName = new Map(verbs.map((verb) => [verb.name, verb]));

/** The verb with a name, or undefined. */
export function verbNamed(name: string): Verb | undefined {
  return byName.get(name);
}
