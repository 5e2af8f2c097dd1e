/** Links between objects that the server makes and keeps up. KMIP 1.1 §3.35 */
import { type Item, LinkType, makeAttribute, readAttribute } from '../../kmip/index.ts';
import type { AttributeInstance, AttributeSet, ReadableAttributes } from '../store/attribute-set.ts';

function linkOf(instance: AttributeInstance) {
  return readAttribute('Link', { attributeName: 'Link', attributeValue: instance.value });
}

function linkValue(linkType: number, linkedObjectIdentifier: string): Item {
  return makeAttribute('Link', { linkType, linkedObjectIdentifier }).attributeValue as Item;
}

/** The identifier that the first Link of a type names. */
export function linkedIdentifier(attributes: ReadableAttributes, linkType: number): string | undefined {
  for (const instance of attributes.instances('Link')) {
    const link = linkOf(instance);
    if (link.linkType === linkType) return link.linkedObjectIdentifier;
  }
  return undefined;
}

/** Adds a Link besides those there are: a key may have many derived keys. */
export function addLink(attributes: AttributeSet, linkType: number, uniqueIdentifier: string): void {
  attributes.add('Link', linkValue(linkType, uniqueIdentifier));
}

/** Makes a Link the only one of its type; one that is there keeps its Attribute Index. OASIS TC-134-12 */
export function setLink(attributes: AttributeSet, linkType: number, uniqueIdentifier: string): void {
  const present = attributes.instances('Link').find((instance) => linkOf(instance).linkType === linkType);
  if (present) attributes.replace('Link', present.index, linkValue(linkType, uniqueIdentifier));
  else addLink(attributes, linkType, uniqueIdentifier);
}

/** Links the halves of a key pair both ways. KMIP 1.1 §4.2 */
export function linkPair(privateKey: LinkedObject, publicKey: LinkedObject): void {
  setLink(privateKey.attributes, LinkType.PublicKeyLink, publicKey.uniqueIdentifier);
  setLink(publicKey.attributes, LinkType.PrivateKeyLink, privateKey.uniqueIdentifier);
}

/** Links an object and the one that replaces it. KMIP 1.1 §4.4 */
export function linkReplacement(old: LinkedObject, replacement: LinkedObject): void {
  setLink(old.attributes, LinkType.ReplacementObjectLink, replacement.uniqueIdentifier);
  setLink(replacement.attributes, LinkType.ReplacedObjectLink, old.uniqueIdentifier);
}

interface LinkedObject {
  readonly uniqueIdentifier: string;
  readonly attributes: AttributeSet;
}
