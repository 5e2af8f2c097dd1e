import { enumName, Operation, operations } from '../../kmip/index.ts';
import { editObject } from '../objects/access.ts';
import { revoke as revokeObject, stateName } from '../objects/life-cycle.ts';
import { kindOf } from '../objects/new-object.ts';
import { handle } from './handler.ts';

/** KMIP 1.1 §4.20 */
export const revoke = handle(operations.revoke, (request, context) => {
  const object = editObject(context, request.uniqueIdentifier, Operation.Revoke);
  const { revocationReasonCode: code, revocationMessage: message } = request.revocationReason;
  const { compromiseOccurrenceDate } = request;
  revokeObject(object, { code, message, compromiseOccurrenceDate }, context.version, context.now);
  const { uniqueIdentifier } = object;
  const reason = enumName('RevocationReasonCode', code);
  return {
    response: { uniqueIdentifier },
    text: `Revoke ${kindOf(object)} ${uniqueIdentifier} (${reason}) → ${stateName(object)}`,
  };
});
