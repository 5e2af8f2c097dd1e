import type { JsonObject } from '../../core/index.ts';
import type { FaultEntry, VcenterSight } from './entry.ts';

type Provenance = FaultEntry['provenance'];

/** A task that ends in a fault: its type, and what its text contains, if that matters. */
export function taskFails(type: string, message?: string): JsonObject {
  return {
    task: { state: 'error' },
    fault: { type, ...(message !== undefined && { message: { contains: message } }) },
  };
}

/** A task that fails because no key came about, with a text among its reasons. */
export function noKeyMade(reason: string): JsonObject {
  return {
    task: { state: 'error' },
    fault: { type: 'RuntimeFault', message: 'Cannot generate key', reasons: { contains: { contains: reason } } },
  };
}

/** A refusal of the OVHcloud API: its HTTP status, and what its text contains. */
export function ovhRefuses(status: number, message: string): JsonObject {
  return { fault: { status, message: { contains: message } } };
}

/** A KMIP item that failed. */
export function kmipFails(reason: string, message: string): JsonObject {
  return { fault: { reason, message: { contains: message } } };
}

/** What the vSphere Client shows when no key came about: an event, and a virtual machine that is as it was. */
export const stillPlain = {
  events: ['com.vmware.vc.kms.crypto.KeyGenerateFail'],
  vm: { encrypted: false, keyId: null },
} as const satisfies VcenterSight;

const notConnected = { status: 'red', word: 'Not connected' } as const;

/** The same, and the key provider is red. */
export const stillPlainAndRed = { ...stillPlain, provider: notConnected } as const satisfies VcenterSight;

/** The same, and the key provider stays green: its checks pass. */
export const stillPlainAndGreen = {
  ...stillPlain,
  provider: { status: 'green', word: 'Normal' },
} as const satisfies VcenterSight;

export const guideFailure: Provenance = {
  word: 'documented',
  source:
    "OVHcloud's VM encryption guide: a failed key exchange ends in a RuntimeFault, Cannot generate key. The reasons below it and the colour of the status are assumed.",
};

export const lockedMachine: Provenance = {
  word: 'documented',
  source:
    'vSphere Security, Virtual Machine Encryption: a machine is locked when its key is neither on the host nor at the KMS. EncryptionKeyRequired is the declared fault since vSphere 6.7.',
};
