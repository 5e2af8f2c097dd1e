/** Whether a key may leave the server in the clear, wrapped, or not at all. KMIP 1.4 §3.48 to §3.51 */
import { KmipError, ResultReason } from '../../kmip/index.ts';
import type { AttributeSet } from '../store/attribute-set.ts';
import type { StoredObject } from '../store/stored-object.ts';

/** Gives a new object the four attributes; Sensitive is False and Extractable is True unless the client says otherwise. */
export function setSensitivity(attributes: AttributeSet): void {
  if (!attributes.has('Sensitive')) attributes.write('Sensitive', false);
  if (!attributes.has('Always Sensitive')) attributes.write('Always Sensitive', attributes.read('Sensitive') === true);
  if (!attributes.has('Extractable')) attributes.write('Extractable', true);
  if (!attributes.has('Never Extractable')) {
    attributes.write('Never Extractable', attributes.read('Extractable') === false);
  }
}

/** Always Sensitive and Never Extractable become False for good once the object was not sensitive, or extractable. */
export function followSensitivity(attributes: AttributeSet): void {
  if (attributes.read('Sensitive') === false) attributes.write('Always Sensitive', false);
  if (attributes.read('Extractable') === true) attributes.write('Never Extractable', false);
}

/** Throws Not Extractable, or Sensitive when the value would leave the server without wrapping. KMIP 1.4 §4.11 */
export function checkMayLeave({ attributes, uniqueIdentifier }: StoredObject, isWrapped: boolean): void {
  if (attributes.read('Extractable') === false) {
    throw new KmipError(ResultReason.NotExtractable, `The object ${uniqueIdentifier} is not extractable.`);
  }
  if (attributes.read('Sensitive') === true && !isWrapped) {
    const text = `The object ${uniqueIdentifier} is sensitive: ask for it with a Key Wrapping Specification.`;
    throw new KmipError(ResultReason.Sensitive, text);
  }
}
