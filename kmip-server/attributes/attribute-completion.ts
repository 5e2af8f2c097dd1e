/** What the server adds to an attribute value that a client leaves incomplete. */
import {
  child,
  type Item,
  ItemType,
  item,
  KmipError,
  makeAttribute,
  ResultReason,
  readAttribute,
  Tag,
} from '../../kmip/index.ts';
import type { OperationContext } from '../messages/operation-context.ts';

/**
 * The value as it is stored: Usage Limits with their Count, Application Specific Information with its Application Data.
 * Throws Application Namespace Not Supported. KMIP 1.1 §3.21, §3.36
 */
export function completedValue(name: string, value: Item, context: OperationContext): Item {
  if (name === 'Usage Limits') return withCount(value);
  if (name === 'Application Specific Information') return withApplicationData(value, context);
  return value;
}

/** KMIP 1.1 §3.21: the client sets Total and Unit, the server then sets the Count to the Total. */
function withCount(value: Item): Item {
  const limits = readAttribute('Usage Limits', { attributeName: 'Usage Limits', attributeValue: value });
  const made = makeAttribute('Usage Limits', { ...limits, usageLimitsCount: limits.usageLimitsTotal });
  return made.attributeValue as Item;
}

/** KMIP 1.1 §3.36: in a namespace that the server supports it makes the Application Data that are left to it. */
function withApplicationData(value: Item, { services }: OperationContext): Item {
  if (value.type !== ItemType.Structure || child(value, Tag.ApplicationData)) return value;
  const namespace = child(value, Tag.ApplicationNamespace);
  const text = namespace?.type === ItemType.TextString ? namespace.value : '';
  if (!services.applicationNamespaces.includes(text)) {
    throw new KmipError(
      ResultReason.ApplicationNamespaceNotSupported,
      `The server makes no Application Data for the Application Namespace "${text.slice(0, 80)}": send them.`,
    );
  }
  return { ...value, value: [...value.value, item.textString(Tag.ApplicationData, services.newIdentifier())] };
}
