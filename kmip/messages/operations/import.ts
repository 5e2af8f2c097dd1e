import { Operation, Tag } from '../../registry/index.ts';
import { attribute } from '../attribute.ts';
import { boolean, enumeration, optional, repeated, required, textString } from '../kernel.ts';
import { requiredObject } from '../managed-object.ts';
import { defineOperation } from '../operation.ts';

/** Register with the identifier and all attributes given. `import` alone is a reserved word. */
export const importObject = defineOperation({
  operation: Operation.Import,
  since: '1.4',
  clause: 'KMIP 1.4 §4.41',
  request: {
    uniqueIdentifier: required(Tag.UniqueIdentifier, textString),
    replaceExisting: optional(Tag.ReplaceExisting, boolean),
    keyWrapType: optional(Tag.KeyWrapType, enumeration('KeyWrapType')),
    attributes: repeated(Tag.Attribute, attribute),
    object: requiredObject,
  },
  response: { uniqueIdentifier: required(Tag.UniqueIdentifier, textString) },
});
