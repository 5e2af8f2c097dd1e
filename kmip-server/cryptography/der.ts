/** Writing and reading the DER (X.690) that keys, requests and certificates are made of. */

/** Identifier octets that are used here. */
export const DerTag = {
  Integer: 0x02,
  BitString: 0x03,
  OctetString: 0x04,
  Null: 0x05,
  ObjectIdentifier: 0x06,
  Utf8String: 0x0c,
  PrintableString: 0x13,
  Ia5String: 0x16,
  UtcTime: 0x17,
  GeneralizedTime: 0x18,
  Sequence: 0x30,
  Set: 0x31,
} as const;

/** One element with its identifier octet and content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const hex = body.length.toString(16);
  const length = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, body]);
}

export function sequence(...content: readonly Uint8Array[]): Buffer {
  return der(DerTag.Sequence, ...content);
}

/** A context-specific, constructed element: `[0]`, `[1]`, … */
export function explicit(number: number, ...content: readonly Uint8Array[]): Buffer {
  return der(0xa0 | number, ...content);
}

/** The bytes of a number that is not negative, as few as can be, or `length` of them. Throws a RangeError. */
export function unsignedBytes(value: bigint, length?: number): Buffer {
  if (value < 0n) throw new RangeError('the number is negative');
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  if (length === undefined) return bytes;
  if (bytes.length > length) throw new RangeError('the number needs more bytes');
  return Buffer.concat([Buffer.alloc(length - bytes.length), bytes]);
}

/** The number of big-endian bytes without a sign. */
export function unsignedNumber(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** An INTEGER that is not negative. */
export function integer(value: bigint): Buffer {
  const bytes = unsignedBytes(value);
  return der(DerTag.Integer, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

export function octetString(...content: readonly Uint8Array[]): Buffer {
  return der(DerTag.OctetString, ...content);
}

/** A BIT STRING of whole bytes. */
export function bitString(...content: readonly Uint8Array[]): Buffer {
  return der(DerTag.BitString, Buffer.alloc(1), ...content);
}

/** An OBJECT IDENTIFIER from its dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const digits = [arc % 0x80];
    for (let left = Math.floor(arc / 0x80); left > 0; left = Math.floor(left / 0x80))
      digits.unshift(0x80 | (left % 0x80));
    return digits;
  });
  return der(DerTag.ObjectIdentifier, Buffer.from(bytes));
}

/** An element that was read: its content, and all of its bytes. */
export interface Der {
  tag: number;
  content: Buffer;
  bytes: Buffer;
}

function malformed(): never {
  throw new TypeError('this is not DER');
}

/** Reads the elements that follow one another in `bytes`. Throws a TypeError when they are not DER. */
export function readElements(bytes: Buffer): Der[] {
  const elements: Der[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const tag = bytes[offset] ?? malformed();
    const first = bytes[offset + 1] ?? malformed();
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (first === 0x80 || lengthBytes > 4 || offset + 2 + lengthBytes > bytes.length) malformed();
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes);
    const start = offset + 2 + lengthBytes;
    const end = start + length;
    if (end > bytes.length) malformed();
    elements.push({ tag, content: bytes.subarray(start, end), bytes: bytes.subarray(offset, end) });
    offset = end;
  }
  return elements;
}

/** The elements inside the one SEQUENCE that `bytes` are. Throws a TypeError. */
export function readSequence(bytes: Buffer): Der[] {
  const [outer, ...more] = readElements(bytes);
  return outer?.tag === DerTag.Sequence && more.length === 0 ? readElements(outer.content) : malformed();
}

/** The value of an INTEGER that is not negative. Throws a TypeError. */
export function readInteger(element: Der | undefined): bigint {
  return element?.tag === DerTag.Integer ? unsignedNumber(element.content) : malformed();
}

/** The element, which must have the tag. Throws a TypeError. */
export function expectTag(element: Der | undefined, tag: number): Der {
  return element?.tag === tag ? element : malformed();
}

/** The whole bytes of a BIT STRING. Throws a TypeError. */
export function readBitString(element: Der | undefined): Buffer {
  return expectTag(element, DerTag.BitString).content.subarray(1);
}

/** The dotted form of an OBJECT IDENTIFIER. Throws a TypeError. */
export function readObjectIdentifier(element: Der | undefined): string {
  const { content } = expectTag(element, DerTag.ObjectIdentifier);
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 0x80 + (byte & 0x7f);
    if (byte & 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [head = 0, ...rest] = arcs;
  const first = Math.min(2, Math.floor(head / 40));
  return [first, head - first * 40, ...rest].join('.');
}
