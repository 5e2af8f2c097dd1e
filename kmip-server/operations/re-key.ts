import { KmipError, ObjectType, Operation, operations, ResultReason } from '../../kmip/index.ts';
import { linkReplacement } from '../attributes/links.ts';
import { wantedValue } from '../attributes/wanted-values.ts';
import { editObject } from '../objects/access.ts';
import { newSymmetricKey } from '../objects/key-generation.ts';
import { stateName } from '../objects/life-cycle.ts';
import { kindOf, wantedAttributes } from '../objects/new-object.ts';
import { checkReplaceable, noAttributes, replacementAttributes, storeReplacement } from '../objects/replacement.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.4, §11.5 */
export const reKey = handle(operations.reKey, (request, context) => {
  const old = editObject(context, request.uniqueIdentifier, Operation.ReKey);
  const objectType = ObjectType.SymmetricKey;
  checkReplaceable(old, objectType, 'Re-key makes new symmetric keys only; Re-key Key Pair is for key pairs.');
  const asked = wantedAttributes(request.templateAttribute ?? noAttributes, objectType, context);
  const wanted = replacementAttributes(old, asked, context.now, { offset: request.offset });
  const algorithm = wantedValue(wanted, 'Cryptographic Algorithm');
  const length = wantedValue(wanted, 'Cryptographic Length');
  if (algorithm === undefined || length === undefined) {
    throw new KmipError(ResultReason.PermissionDenied, 'Nothing says which algorithm and length the key has.');
  }
  const replacement = storeReplacement(
    old,
    { objectType, material: newSymmetricKey(algorithm, length), wanted },
    context,
  );
  linkReplacement(old, replacement);
  const { uniqueIdentifier } = replacement;
  return {
    response: { uniqueIdentifier },
    text: `Re-key ${kindOf(old)} ${old.uniqueIdentifier} → ${uniqueIdentifier} (${stateName(replacement)})`,
  };
});
