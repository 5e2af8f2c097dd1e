import { Operation, Tag } from '../../registry/index.ts';
import { rngParameters } from '../attribute-values.ts';
import {
  anyStructure,
  enumeration,
  integer,
  optional,
  repeated,
  required,
  structure,
  type TypeOf,
  textString,
} from '../kernel.ts';
import { defineOperation } from '../operation.ts';
import { capabilityInformation, profileInformation, validationInformation } from '../query-information.ts';

// KMIP 1.1 §2.1.9; Extension Tag and Extension Type are Integers
const extensionInformation = structure({
  extensionName: required(Tag.ExtensionName, textString),
  extensionTag: optional(Tag.ExtensionTag, integer),
  extensionType: optional(Tag.ExtensionType, integer),
});
export type ExtensionInformation = TypeOf<typeof extensionInformation>;

/** Server Information belongs to the vendor. The fields of 1.2 and 1.3 stand in the order of KMIP 1.4 §4.25. */
export const query = defineOperation({
  operation: Operation.Query,
  since: '1.0',
  clause: 'KMIP 1.1 §4.25',
  request: { queryFunctions: repeated(Tag.QueryFunction, enumeration('QueryFunction')) },
  response: {
    operations: repeated(Tag.Operation, enumeration('Operation')),
    objectTypes: repeated(Tag.ObjectType, enumeration('ObjectType')),
    vendorIdentification: optional(Tag.VendorIdentification, textString),
    serverInformation: optional(Tag.ServerInformation, anyStructure),
    applicationNamespaces: repeated(Tag.ApplicationNamespace, textString),
    extensionInformation: repeated(Tag.ExtensionInformation, extensionInformation, '1.1'),
    attestationTypes: repeated(Tag.AttestationType, enumeration('AttestationType'), '1.2'),
    rngParameters: repeated(Tag.RNGParameters, rngParameters, '1.3'),
    profileInformation: repeated(Tag.ProfileInformation, profileInformation, '1.3'),
    validationInformation: repeated(Tag.ValidationInformation, validationInformation, '1.3'),
    capabilityInformation: repeated(Tag.CapabilityInformation, capabilityInformation, '1.3'),
    clientRegistrationMethods: repeated(Tag.ClientRegistrationMethod, enumeration('ClientRegistrationMethod'), '1.3'),
  },
});
