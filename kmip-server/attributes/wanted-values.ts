/** Typed values of what a client asked for. */
import {
  type AttributeValue,
  type Item,
  makeAttribute,
  readAttribute,
  type StandardAttributeName,
} from '../../kmip/index.ts';
import type { WantedAttributes } from '../objects/new-object.ts';

/** The typed value of an attribute's first instance. Throws Invalid Field when it has another shape. */
export function wantedValue<N extends StandardAttributeName>(
  wanted: WantedAttributes,
  name: N,
): AttributeValue<N> | undefined {
  const value = wanted.get(name)?.[0];
  return value && readAttribute(name, { attributeName: name, attributeValue: value });
}

/** Sets an attribute to one value. */
export function setWanted<N extends StandardAttributeName>(
  wanted: WantedAttributes,
  name: N,
  value: AttributeValue<N>,
): void {
  wanted.set(name, [makeAttribute(name, value).attributeValue as Item]);
}
