import { asUser } from './as-user.ts';
import { clockAdvance } from './clock-advance.ts';
import { exec } from './exec.ts';
import { faultAdd, faultChange, faultRemove, faultReport } from './fault.ts';
import { hostConfigureKey } from './host-configure-key.ts';
import { hostDisconnect } from './host-disconnect.ts';
import { hostEnterMaintenanceMode } from './host-enter-maintenance-mode.ts';
import { hostExitMaintenanceMode } from './host-exit-maintenance-mode.ts';
import { hostReboot } from './host-reboot.ts';
import { hostReconnect } from './host-reconnect.ts';
import { hostShutDown } from './host-shut-down.ts';
import { hostStart } from './host-start.ts';
import { http } from './http.ts';
import { kmipActivate } from './kmip-activate.ts';
import { kmipAttributes } from './kmip-attributes.ts';
import { kmipCall } from './kmip-call.ts';
import { kmipCreate } from './kmip-create.ts';
import { kmipDestroy } from './kmip-destroy.ts';
import { kmipGet } from './kmip-get.ts';
import { kmipLocate } from './kmip-locate.ts';
import { kmipObtainLease } from './kmip-obtain-lease.ts';
import { kmipRevoke } from './kmip-revoke.ts';
import { kmipSetDates } from './kmip-set-dates.ts';
import { kmsBackup } from './kms-backup.ts';
import { kmsIssueClient } from './kms-issue-client.ts';
import { kmsLoseKeys } from './kms-lose-keys.ts';
import { kmsObjects } from './kms-objects.ts';
import { kmsRestart } from './kms-restart.ts';
import { kmsRestore } from './kms-restore.ts';
import { kmsRotateCertificate } from './kms-rotate-certificate.ts';
import { kmsSignCsr } from './kms-sign-csr.ts';
import { kmsStart } from './kms-start.ts';
import { kmsStop } from './kms-stop.ts';
import { kmsThumbprint } from './kms-thumbprint.ts';
import { kmsTrustClient } from './kms-trust-client.ts';
import { labRestore } from './lab-restore.ts';
import { labSnapshot } from './lab-snapshot.ts';
import { ovhAddKms } from './ovh-add-kms.ts';
import { ovhCall } from './ovh-call.ts';
import { ovhChangeKms } from './ovh-change-kms.ts';
import { ovhConfirmOperation } from './ovh-confirm-operation.ts';
import { ovhMessages } from './ovh-messages.ts';
import { ovhMoveMaintenance } from './ovh-move-maintenance.ts';
import { ovhRemoveKms } from './ovh-remove-kms.ts';
import { ovhSetStates } from './ovh-set-states.ts';
import { ovhSteerTask } from './ovh-steer-task.ts';
import { ovhWaitTask } from './ovh-wait-task.ts';
import { vcenterAddDisk } from './vcenter-add-disk.ts';
import { vcenterAddHost } from './vcenter-add-host.ts';
import { vcenterAlarms } from './vcenter-alarms.ts';
import { vcenterCall } from './vcenter-call.ts';
import { vcenterClone } from './vcenter-clone.ts';
import { vcenterClusterCryptoMode } from './vcenter-cluster-crypto-mode.ts';
import { vcenterClusterDrs } from './vcenter-cluster-drs.ts';
import { vcenterCreateVm } from './vcenter-create-vm.ts';
import { vcenterDecrypt } from './vcenter-decrypt.ts';
import { vcenterDestroyVm } from './vcenter-destroy-vm.ts';
import { vcenterEditStoragePolicies } from './vcenter-edit-storage-policies.ts';
import { vcenterEditVm } from './vcenter-edit-vm.ts';
import { vcenterEvents } from './vcenter-events.ts';
import { vcenterFiles } from './vcenter-files.ts';
import { vcenterGenerateClientCertificate } from './vcenter-generate-client-certificate.ts';
import { vcenterGenerateKey } from './vcenter-generate-key.ts';
import { vcenterHost } from './vcenter-host.ts';
import { vcenterKeyStatus } from './vcenter-key-status.ts';
import { vcenterKmsStatus } from './vcenter-kms-status.ts';
import { vcenterLogIn } from './vcenter-log-in.ts';
import { vcenterLogOut } from './vcenter-log-out.ts';
import { vcenterMarkDefault } from './vcenter-mark-default.ts';
import { vcenterMigrate } from './vcenter-migrate.ts';
import { vcenterPower } from './vcenter-power.ts';
import { vcenterReach } from './vcenter-reach.ts';
import { vcenterRecrypt } from './vcenter-recrypt.ts';
import { vcenterRegisterKmipServer } from './vcenter-register-kmip-server.ts';
import { vcenterRegisterVm } from './vcenter-register-vm.ts';
import { vcenterRemoveDisk } from './vcenter-remove-disk.ts';
import { vcenterRemoveHost } from './vcenter-remove-host.ts';
import { vcenterRemoveKmipServer } from './vcenter-remove-kmip-server.ts';
import { vcenterRemoveSnapshot } from './vcenter-remove-snapshot.ts';
import { vcenterRevertSnapshot } from './vcenter-revert-snapshot.ts';
import { vcenterSetDefaultForCluster } from './vcenter-set-default-for-cluster.ts';
import { vcenterSnapshot } from './vcenter-snapshot.ts';
import { vcenterTrustKms } from './vcenter-trust-kms.ts';
import { vcenterUnlock } from './vcenter-unlock.ts';
import { vcenterUnregisterVm } from './vcenter-unregister-vm.ts';
import { vcenterUpdateKmipServer } from './vcenter-update-kmip-server.ts';
import { vcenterUploadClientCertificate } from './vcenter-upload-client-certificate.ts';
import { vcenterUseClientCertificate } from './vcenter-use-client-certificate.ts';
import { vcenterVm } from './vcenter-vm.ts';
import type { Verb } from './verb.ts';

/** A new verb is a file of its own and a line here. */
const declared: readonly Verb[] = [
  clockAdvance,
  exec,
  faultAdd,
  faultChange,
  faultRemove,
  faultReport,
  hostConfigureKey,
  hostDisconnect,
  hostEnterMaintenanceMode,
  hostExitMaintenanceMode,
  hostReboot,
  hostReconnect,
  hostShutDown,
  hostStart,
  http,
  kmipActivate,
  kmipAttributes,
  kmipCall,
  kmipCreate,
  kmipDestroy,
  kmipGet,
  kmipLocate,
  kmipObtainLease,
  kmipRevoke,
  kmipSetDates,
  kmsBackup,
  kmsIssueClient,
  kmsLoseKeys,
  kmsObjects,
  kmsRestart,
  kmsRestore,
  kmsRotateCertificate,
  kmsSignCsr,
  kmsStart,
  kmsStop,
  kmsThumbprint,
  kmsTrustClient,
  labRestore,
  labSnapshot,
  ovhAddKms,
  ovhCall,
  ovhChangeKms,
  ovhConfirmOperation,
  ovhMessages,
  ovhMoveMaintenance,
  ovhRemoveKms,
  ovhSetStates,
  ovhSteerTask,
  ovhWaitTask,
  vcenterAddDisk,
  vcenterAddHost,
  vcenterAlarms,
  vcenterCall,
  vcenterClone,
  vcenterClusterCryptoMode,
  vcenterClusterDrs,
  vcenterCreateVm,
  vcenterDecrypt,
  vcenterDestroyVm,
  vcenterEditStoragePolicies,
  vcenterEditVm,
  vcenterEvents,
  vcenterFiles,
  vcenterGenerateClientCertificate,
  vcenterGenerateKey,
  vcenterHost,
  vcenterKeyStatus,
  vcenterKmsStatus,
  vcenterLogIn,
  vcenterLogOut,
  vcenterMarkDefault,
  vcenterMigrate,
  vcenterPower,
  vcenterReach,
  vcenterRecrypt,
  vcenterRegisterKmipServer,
  vcenterRegisterVm,
  vcenterRemoveDisk,
  vcenterRemoveHost,
  vcenterRemoveKmipServer,
  vcenterRemoveSnapshot,
  vcenterRevertSnapshot,
  vcenterSetDefaultForCluster,
  vcenterSnapshot,
  vcenterTrustKms,
  vcenterUnlock,
  vcenterUnregisterVm,
  vcenterUpdateKmipServer,
  vcenterUploadClientCertificate,
  vcenterUseClientCertificate,
  vcenterVm,
];

/** Here nobody logs in. */
const anonymous: ReadonlySet<Verb> = new Set([hostStart, vcenterReach]);

/** The closed set of verbs. What is done in vCenter can be done as any of its users. */
export const verbs: readonly Verb[] = declared.map((verb) =>
  /^(vcenter|host)\./.test(verb.name) && !anonymous.has(verb) ? asUser(verb) : verb,
);

const byName = new Map(verbs.map((verb) => [verb.name, verb]));

/** The verb with a name, or undefined. */
export function verbNamed(name: string): Verb | undefined {
  return byName.get(name);
}
