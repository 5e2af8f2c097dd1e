/** The faults that encryption raises, with the keys and texts of vcenter.md 9. Texts without a source word are assumed. */
import { fault, type VimFault, invalidArgument as wrongParameter } from '../vim/kernel/fault.ts';
import type { CryptoAssumed, EngineTexts } from './assumed.ts';

/** vim25 LocalizableMessage: VMware's own clients match on `key`. */
export interface FaultMessage {
  key: string;
  message?: string;
}

/** A RuntimeFault whose localized message is exactly `message`. */
export function runtimeFault(
  message: string,
  parts: { faultMessage?: FaultMessage[]; faultCause?: VimFault } = {},
): VimFault {
  const { faultMessage, faultCause } = parts;
  return fault('RuntimeFault', message, { faultMessage, faultCause: faultCause?.localized });
}

/** The general text, with an optional explanation. */
export function invalidArgument(invalidProperty: string, explanation?: string): VimFault {
  const plain = wrongParameter(invalidProperty);
  return explanation ? wrongParameter(invalidProperty, `${plain.message}. ${explanation}`) : plain;
}

/** reported by users (PyKMIP #660): the general text, then what is wrong. */
export function invalidState(texts: Pick<EngineTexts, 'invalidState'>, explanation: string): VimFault {
  return fault('InvalidState', `${texts.invalidState} ${explanation}`);
}

export function invalidVmState(texts: EngineTexts, vmId: string, explanation: string): VimFault {
  const vm = { type: 'VirtualMachine', value: vmId };
  return fault('InvalidVmState', `${texts.invalidState} ${explanation}`, { vm });
}

type Texts = Pick<CryptoAssumed, 'faultTexts'>;
/** `key` of a fault message; VMware's own clients tell the mistakes apart by it (vcenter.md 9.2). */
export type FaultKey = keyof CryptoAssumed['faultTexts'];

/** The fault fields and the text that a key stands for. */
function keyed({ faultTexts }: Texts, key: FaultKey): { message: string; faultMessage: FaultMessage[] } {
  const message = faultTexts[key];
  return { message, faultMessage: [{ key, message }] };
}

/** InvalidVmConfig with one of the keys of vcenter.md 9.2. */
export function invalidVmConfig(texts: Texts, key: FaultKey): VimFault {
  const { message, faultMessage } = keyed(texts, key);
  return fault('InvalidVmConfig', message, { faultMessage });
}

/** InvalidDeviceSpec for the n-th device change; keys from vcenter.md 9.2. */
export function invalidDeviceSpec(texts: Texts, deviceIndex: number, key: FaultKey): VimFault {
  const { message, faultMessage } = keyed(texts, key);
  return fault('InvalidDeviceSpec', message, { property: `deviceChange[${deviceIndex}]`, deviceIndex, faultMessage });
}

/** InvalidDeviceOperation for the n-th device change; keys from vcenter.md 9.2. */
export function invalidDeviceOperation(
  texts: Texts,
  deviceIndex: number,
  key: FaultKey = 'msg.hostd.deviceSpec.enc.badOperation',
  badOp: 'add' | 'edit' | 'remove' = 'edit',
): VimFault {
  const { message, faultMessage } = keyed(texts, key);
  const property = `deviceChange[${deviceIndex}]`;
  return fault('InvalidDeviceOperation', message, { property, deviceIndex, badOp, faultMessage });
}

/** GenericVmConfigFault with one of the keys of vcenter.md 9.2. */
export function keyedVmConfigFault(texts: Texts, key: FaultKey): VimFault {
  return genericVmConfigFault(texts.faultTexts[key], key);
}

/** SystemError whose localized message is exactly the text: VMware's own client matches on it. observed (vcenter.md 9.2) */
export function exactSystemError(reason: string): VimFault {
  return fault('SystemError', reason, { reason });
}

/** GenericVmConfigFault: `reason` repeats the text. */
export function genericVmConfigFault(message: string, key?: string): VimFault {
  return fault('GenericVmConfigFault', message, {
    reason: message,
    faultMessage: key ? [{ key, message }] : undefined,
  });
}

export function alreadyExists(texts: EngineTexts, name: string): VimFault {
  return fault('AlreadyExists', texts.alreadyExists(name), { name });
}

export function notSupported(message: string, key?: string): VimFault {
  return fault('NotSupported', message, key ? { faultMessage: [{ key, message }] } : {});
}

/** A fault below the required version; the guide's rule, the fault is assumed. */
export function hardwareVersionFault(vmName: string, found: number, required: number): VimFault {
  return genericVmConfigFault(
    `Virtual machine encryption requires virtual hardware version ${required} (vmx-${required}) or later; ` +
      `virtual machine "${vmName}" has version ${found} (vmx-${found}).`,
  );
}

/** A required encrypted vMotion that a host does not support. The fault is not published; this one fits best. assumed */
export function encryptedVmotionNotSupported(host: { id: string; name: string }, atSourceHost: boolean): VimFault {
  const text = `Encrypted vMotion is required but host "${host.name}" does not support it.`;
  return fault('MigrationFeatureNotSupported', text, {
    atSourceHost,
    failedHostName: host.name,
    failedHost: { type: 'HostSystem', value: host.id },
  });
}

export function migrationFault(text: string): VimFault {
  return fault('MigrationFault', text);
}
