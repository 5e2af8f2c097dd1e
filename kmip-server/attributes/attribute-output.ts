import { type Attribute, isSince, type ProtocolVersion, standardAttribute } from '../../kmip/index.ts';
import { type ReadableAttributes, wireAttribute } from '../store/attribute-set.ts';
import { strangeEnumeration } from './attribute-enumerations.ts';

/** Names of the attributes that a version of KMIP knows. */
export function visibleNames(attributes: ReadableAttributes, version: ProtocolVersion): string[] {
  return attributes.names.filter((name) => isSince(version, standardAttribute(name)?.since ?? '1.0'));
}

/**
 * The named attributes (default all) as a client of a version may see them: neither attributes nor enumeration values that are
 * newer. KMIP 1.1 §6.1
 */
export function visibleAttributes(
  attributes: ReadableAttributes,
  version: ProtocolVersion,
  names: readonly string[] = attributes.names,
): Attribute[] {
  const visible = names.filter((name) => isSince(version, standardAttribute(name)?.since ?? '1.0'));
  const instances = visible.flatMap((name) => attributes.instances(name));
  // What the newest version does not know was let in on purpose.
  if (isSince(version, '1.4')) return instances.map(wireAttribute);
  return instances
    .filter(({ name, value }) => standardAttribute(name) === undefined || !strangeEnumeration(name, value, version))
    .map(wireAttribute);
}
