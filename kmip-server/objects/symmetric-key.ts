import { enumKey, isSince, ObjectType } from '../../kmip/index.ts';
import { wantedValue } from '../attributes/wanted-values.ts';
import { invalidField } from '../cryptography/not-supported.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { DraftObject } from '../store/stored-object.ts';
import { newSymmetricKey } from './key-generation.ts';
import { storeObject, type WantedAttributes } from './new-object.ts';

/** The length asked for; without one, the algorithm's usual length, which the server then sets. KMIP 1.1 §4.1 */
function lengthFor(wanted: WantedAttributes, algorithm: number, context: OperationContext): number {
  const asked = wantedValue(wanted, 'Cryptographic Length');
  if (asked !== undefined) return asked;
  const key = enumKey('CryptographicAlgorithm', algorithm) ?? '';
  const usual = context.services.assumed.defaultCryptographicLength[key];
  return usual ?? invalidField('Create needs the attribute Cryptographic Length.');
}

/** Makes and stores a symmetric key. Throws Invalid Field for attributes that are missing or wrong. KMIP 1.1 §4.1, §11.2 */
export function createSymmetricKey(wanted: WantedAttributes, context: OperationContext): DraftObject {
  const objectType = ObjectType.SymmetricKey;
  const algorithm =
    wantedValue(wanted, 'Cryptographic Algorithm') ??
    invalidField('Create needs the attribute Cryptographic Algorithm.');
  // Required by the tables of all versions; OASIS TC-CS-CORVAL-1-14 leaves it out at 1.4.
  if (!wanted.has('Cryptographic Usage Mask') && !isSince(context.version, '1.4')) {
    invalidField('Create needs the attribute Cryptographic Usage Mask.');
  }
  const length = lengthFor(wanted, algorithm, context);
  const material = newSymmetricKey(algorithm, length);
  const object = storeObject({ objectType, material, wanted }, context);
  if (!object.attributes.has('Cryptographic Length')) object.attributes.write('Cryptographic Length', length);
  return object;
}
