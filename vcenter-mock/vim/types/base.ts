import { dataTypes } from '../kernel/declare.ts';

/** What every type system of the API has built in: the faults' bases. */
export const baseTypes = dataTypes({
  MethodFault: { fields: { faultCause: 'LocalizedMethodFault?@4.0', faultMessage: 'LocalizableMessage[]?@4.0' } },
  RuntimeFault: { base: 'MethodFault', fields: {} },
  LocalizedMethodFault: { fields: { fault: 'MethodFault', localizedMessage: 'string?' } },
});
