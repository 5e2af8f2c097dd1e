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
import { kmsSignCsr } from './kms-sign-csr.ts';
import { kmsStart } from './kms-start.ts';
import { kmsStop } from './kms-stop.ts';
import { kmsThumbprint } from './kms-thumbprint.ts';
import { kmsTrustClient } from './kms-trust-client.ts';
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
import { vcenterClone } from './vcenter-clone.ts';
import { vcenterClusterCryptoMode } from './vcenter-cluster-crypto-mode.ts';
import { vcenterClusterDrs } from './vcenter-cluster-drs.ts';
import { vcenterConfigureHostKey } from './vcenter-configure-host-key.ts';
import { vcenterCreateVm } from './vcenter-create-vm.ts';
import { vcenterDecrypt } from './vcenter-decrypt.ts';
import { vcenterDestroyVm } from './vcenter-destroy-vm.ts';
import { vcenterDisconnectHost } from './vcenter-disconnect-host.ts';
import { vcenterEditStoragePolicies } from './vcenter-edit-storage-policies.ts';
import { vcenterEditVm } from './vcenter-edit-vm.ts';
import { vcenterEnterMaintenanceMode } from './vcenter-enter-maintenance-mode.ts';
import { vcenterEvents } from './vcenter-events.ts';
import { vcenterExitMaintenanceMode } from './vcenter-exit-maintenance-mode.ts';
import { vcenterFiles } from './vcenter-files.ts';
import { vcenterGenerateClientCertificate } from './vcenter-generate-client-certificate.ts';
import { vcenterGenerateKey } from './vcenter-generate-key.ts';
import { vcenterHost } from './vcenter-host.ts';
import { vcenterKeyStatus } from './vcenter-key-status.ts';
import { vcenterKmsStatus } from './vcenter-kms-status.ts';
import { vcenterMarkDefault } from './vcenter-mark-default.ts';
import { vcenterMigrate } from './vcenter-migrate.ts';
import { vcenterPower } from './vcenter-power.ts';
import { vcenterReach } from './vcenter-reach.ts';
import { vcenterRebootHost } from './vcenter-reboot-host.ts';
import { vcenterReconnectHost } from './vcenter-reconnect-host.ts';
import { vcenterRecrypt } from './vcenter-recrypt.ts';
import { vcenterRegisterKmipServer } from './vcenter-register-kmip-server.ts';
import { vcenterRegisterVm } from './vcenter-register-vm.ts';
import { vcenterRemoveDisk } from './vcenter-remove-disk.ts';
import { vcenterRemoveHost } from './vcenter-remove-host.ts';
import { vcenterRemoveKmipServer } from './vcenter-remove-kmip-server.ts';
import { vcenterRemoveSnapshot } from './vcenter-remove-snapshot.ts';
import { vcenterRevertSnapshot } from './vcenter-revert-snapshot.ts';
import { vcenterSetDefaultForCluster } from './vcenter-set-default-for-cluster.ts';
import { vcenterShutDownHost } from './vcenter-shut-down-host.ts';
import { vcenterSnapshot } from './vcenter-snapshot.ts';
import { vcenterStartHost } from './vcenter-start-host.ts';
import { vcenterTrustKms } from './vcenter-trust-kms.ts';
import { vcenterUnlock } from './vcenter-unlock.ts';
import { vcenterUnregisterVm } from './vcenter-unregister-vm.ts';
import { vcenterUpdateKmipServer } from './vcenter-update-kmip-server.ts';
import { vcenterUploadClientCertificate } from './vcenter-upload-client-certificate.ts';
import { vcenterUseClientCertificate } from './vcenter-use-client-certificate.ts';
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
  kmsSignCsr,
  kmsStart,
  kmsStop,
  kmsThumbprint,
  kmsTrustClient,
  ovhCall,
  ovhAddKms,
  ovhChangeKms,
  ovhRemoveKms,
  ovhConfirmOperation,
  ovhMessages,
  ovhMoveMaintenance,
  ovhSteerTask,
  ovhSetStates,
  ovhWaitTask,
  vcenterAddDisk,
  vcenterAddHost,
  vcenterClone,
  vcenterClusterCryptoMode,
  vcenterClusterDrs,
  vcenterConfigureHostKey,
  vcenterCreateVm,
  vcenterDecrypt,
  vcenterDestroyVm,
  vcenterDisconnectHost,
  vcenterEditStoragePolicies,
  vcenterEditVm,
  vcenterEnterMaintenanceMode,
  vcenterEvents,
  vcenterExitMaintenanceMode,
  vcenterFiles,
  vcenterGenerateClientCertificate,
  vcenterGenerateKey,
  vcenterHost,
  vcenterKeyStatus,
  vcenterKmsStatus,
  vcenterMarkDefault,
  vcenterMigrate,
  vcenterPower,
  vcenterReach,
  vcenterRebootHost,
  vcenterReconnectHost,
  vcenterRecrypt,
  vcenterRegisterKmipServer,
  vcenterRegisterVm,
  vcenterRemoveDisk,
  vcenterRemoveHost,
  vcenterRemoveKmipServer,
  vcenterRemoveSnapshot,
  vcenterRevertSnapshot,
  vcenterSetDefaultForCluster,
  vcenterShutDownHost,
  vcenterSnapshot,
  vcenterStartHost,
  vcenterTrustKms,
  vcenterUnlock,
  vcenterUnregisterVm,
  vcenterUpdateKmipServer,
  vcenterUploadClientCertificate,
  vcenterUseClientCertificate,
  vcenterVm,
];

const byName = new Map(verbs.map((verb) => [verb.name, verb]));

/** The verb with a name, or undefined. */
export function verbNamed(name: string): Verb | undefined {
  return byName.get(name);
}
