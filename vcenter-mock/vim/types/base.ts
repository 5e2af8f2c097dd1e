// Facts: the published type metadata of the vSphere API, up to 8.0.3.0 (observed). `T?` optional, `T[]` array, `@v` since API version v.
import { dataTypes } from '../kernel/declare.ts';

export const baseTypes = dataTypes({
  KeyAnyValue: { fields: { key: 'string', value: 'anyType' } },
  LocalizableMessage: { fields: { key: 'string', arg: 'KeyAnyValue[]?', message: 'string?' } },
  MethodFault: { fields: { faultCause: 'LocalizedMethodFault?@4.0', faultMessage: 'LocalizableMessage[]?@4.0' } },
  LocalizedMethodFault: { fields: { fault: 'MethodFault', localizedMessage: 'string?' } },
});
