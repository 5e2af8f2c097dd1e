import { Operation, Tag } from '../../registry/index.ts';
import { attribute, templateAttribute } from '../attribute.ts';
import { enumeration, integer, optional, repeated, textString } from '../kernel.ts';
import { defineOperation } from '../operation.ts';

export const locate = defineOperation({
  operation: Operation.Locate,
  since: '1.0',
  clause: 'KMIP 1.1 §4.9',
  request: {
    maximumItems: optional(Tag.MaximumItems, integer),
    offsetItems: optional(Tag.OffsetItems, integer, '1.3'),
    storageStatusMask: optional(Tag.StorageStatusMask, integer),
    objectGroupMember: optional(Tag.ObjectGroupMember, enumeration('ObjectGroupMember'), '1.1'),
    attributes: repeated(Tag.Attribute, attribute),
    // Not in the tables; FortiGate sends its criteria so (observed).
    templateAttribute: optional(Tag.TemplateAttribute, templateAttribute),
  },
  response: {
    locatedItems: optional(Tag.LocatedItems, integer, '1.3'),
    uniqueIdentifiers: repeated(Tag.UniqueIdentifier, textString),
  },
});
