import { isJsonObject, type Json, type JsonObject, KeyrigError } from '../../core/index.ts';
import { type Element, escapeXml } from './soap.ts';

/**
 * XML of vim25 as JSON, and back. Members are elements in the order they are written, lists repeat them, `$type` is the xsi:type of an
 * object (or the type of a reference, whose id is `$value`).
 */
export function elementJson({ type, text, children }: Element): Json {
  if (children.length === 0) return type === undefined ? text : { $type: type, $value: text };
  const members: Record<string, Json> = type === undefined ? {} : { $type: type };
  for (const [name, same] of Map.groupBy(children, (child) => child.name)) {
    const values = same.map(elementJson);
    members[name] = values.length === 1 ? values[0]! : values;
  }
  return members;
}

/** XML of the members of an object. Throws ERR_STEP for a name that no element can have. */
export function membersXml(members: JsonObject): string {
  return Object.entries(members)
    .filter(([name, member]) => !name.startsWith('$') && member !== undefined)
    .map(([name, member = null]) => memberXml(name, member))
    .join('');
}

function memberXml(name: string, value: Json): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(name)) throw new KeyrigError('ERR_STEP', `"${name}" cannot be the name of an element`);
  if (Array.isArray(value)) return (value as Json[]).map((member) => memberXml(name, member)).join('');
  if (!isJsonObject(value)) return value === null ? '' : `<${name}>${escapeXml(String(value))}</${name}>`;
  const { $type: type, $value: text } = value;
  if (text !== undefined) {
    // A reference has the attribute `type`, a simple value of a chosen type xsi:type.
    const attribute = String(type).startsWith('xsd:') ? 'xsi:type' : 'type';
    return `<${name} ${attribute}="${escapeXml(String(type))}">${escapeXml(String(text))}</${name}>`;
  }
  const attribute = type === undefined ? '' : ` xsi:type="${escapeXml(String(type))}"`;
  return `<${name}${attribute}>${membersXml(value)}</${name}>`;
}
