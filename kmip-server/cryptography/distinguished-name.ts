/** X.501 Names, as DER and as text. */
import { DerTag, der, objectIdentifier, sequence } from './der.ts';
import { invalidField } from './not-supported.ts';

/** Types of attributes by their short names. RFC 4519 §2, RFC 2985 §5.2.1 */
const types: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  SN: '2.5.4.4',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  TITLE: '2.5.4.12',
  DNQUALIFIER: '2.5.4.46',
  UID: '0.9.2342.19200300.100.1.1',
  DC: '0.9.2342.19200300.100.1.25',
  EMAILADDRESS: '1.2.840.113549.1.9.1',
};

/** One attribute of a Name: a short name such as `CN` or a dotted identifier, and its value. */
export interface NameAttribute {
  type: string;
  value: string;
}

const ia5: ReadonlySet<string> = new Set(['DC', 'EMAILADDRESS']);

/** X.680 §41.4 */
const printableText = /^[A-Za-z0-9 '()+,./:=?-]*$/;

/** RFC 5280 §4.1.2.4: PrintableString where it can be, as the names in the OASIS cases have it, else UTF-8. */
function valueTag(type: string, value: string): number {
  if (ia5.has(type)) return DerTag.Ia5String;
  return printableText.test(value) ? DerTag.PrintableString : DerTag.Utf8String;
}

/** A Name in DER, its attributes in the order given (usually the country first). Throws Invalid Field for unknown types. */
export function encodeName(attributes: readonly NameAttribute[]): Buffer {
  const sets = attributes.map(({ type, value }) => {
    const key = type.toUpperCase();
    const identifier = types[key] ?? (/^[0-2](\.\d+)+$/.test(type) ? type : undefined);
    if (identifier === undefined) return invalidField(`A distinguished name has no attribute type "${type}".`);
    return der(
      DerTag.Set,
      sequence(objectIdentifier(identifier), der(valueTag(key, value), Buffer.from(value, 'utf8'))),
    );
  });
  return sequence(...sets);
}

/**
 * Reads `CN=Client,OU=KMIP,O=ACME,C=US` (RFC 4514: the last attribute of the Name stands first; a backslash takes the next
 * character as it is). Throws Invalid Field for text that is not of this form.
 */
export function parseName(text: string): NameAttribute[] {
  const attributes = (text.match(/(?:\\.|[^,\\])+/g) ?? []).map((part) => {
    const [, type, value] = /^\s*([A-Za-z][A-Za-z0-9]*|[0-2](?:\.\d+)+)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (type === undefined || value === undefined) {
      return invalidField('A distinguished name must have the form CN=name,O=organization,C=country.');
    }
    return { type, value: value.replace(/\\(.)/gs, '$1') };
  });
  if (attributes.length === 0) invalidField('The distinguished name is empty.');
  return attributes.reverse();
}
