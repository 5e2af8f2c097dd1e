/** Whether an object may be used for a cryptographic purpose now. KMIP 1.2 §3.19, §3.22, §3.25, §3.26 */
import { CryptographicUsageMask, KmipError, maskEntries, ResultReason, State } from '../../kmip/index.ts';
import { stateName } from '../objects/life-cycle.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** The uses that process what is protected already; all others apply protection. KMIP 1.2 §3.22 */
const processing =
  CryptographicUsageMask.Verify |
  CryptographicUsageMask.Decrypt |
  CryptographicUsageMask.UnwrapKey |
  CryptographicUsageMask.MACVerify |
  CryptographicUsageMask.ValidateCryptogram |
  CryptographicUsageMask.TranslateDecrypt |
  CryptographicUsageMask.TranslateUnwrap;

/**
 * The states in which protected data may still be processed. KMIP 1.2 §3.22 asks for a special permission once the object is
 * no longer Active; here the permission to use the object is taken for it (assumed).
 */
const processingStates: ReadonlySet<number> = new Set([State.Active, State.Deactivated, State.Compromised]);

function denied(message: string): never {
  throw new KmipError(ResultReason.PermissionDenied, message);
}

/**
 * Checks that an object can be used for a purpose at `now`: it is there, its Cryptographic Usage Mask allows it, its State
 * and dates allow it. Throws Item Not Found (destroyed), Key Value Not Present, Permission Denied (OASIS CS-BC-M-14-12).
 *
 * @param use one bit of the Cryptographic Usage Mask
 * @param now ms since the epoch
 */
export function checkUsable(object: StoredObject, use: number, now: number): void {
  const { attributes, material, uniqueIdentifier } = object;
  if (material === undefined) {
    throw new KmipError(ResultReason.ItemNotFound, `The object ${uniqueIdentifier} was destroyed.`);
  }
  if ('keyBlock' in material && material.keyBlock.keyValue === undefined) {
    throw new KmipError(ResultReason.KeyValueNotPresent, `The value of the key ${uniqueIdentifier} is not held here.`);
  }
  const purpose = maskEntries('CryptographicUsageMask', use)
    .known.map(({ name }) => name)
    .join(', ');
  if ((use & (attributes.read('Cryptographic Usage Mask') ?? 0)) !== use) {
    denied(`The Cryptographic Usage Mask of ${uniqueIdentifier} does not allow ${purpose}.`);
  }
  const state = attributes.read('State');
  const isProcessing = (use & processing) === use;
  if (state !== undefined && state !== State.Active && !(isProcessing && processingStates.has(state))) {
    denied(`The object ${uniqueIdentifier} is ${stateName(object)} and cannot be used for ${purpose}.`);
  }
  const start = attributes.read('Process Start Date');
  if (isProcessing && start !== undefined && start * 1000 > now) {
    denied(`${purpose} is not allowed with ${uniqueIdentifier} before its Process Start Date.`);
  }
  const stop = attributes.read('Protect Stop Date');
  if (!isProcessing && stop !== undefined && stop * 1000 <= now) {
    denied(`${purpose} is no longer allowed with ${uniqueIdentifier}: its Protect Stop Date has passed.`);
  }
}
