/** One element of DER (X.690 §8.1): where it stands, and where its content begins and ends. */
export interface DerElement {
  tag: number;
  offset: number;
  start: number;
  end: number;
}

/** Reads the head of the element at `offset`. Only for bytes that node:crypto has already taken as a certificate. */
export function readDer(bytes: Buffer, offset: number): DerElement {
  const tag = bytes.readUInt8(offset);
  const first = bytes.readUInt8(offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes);
  const start = offset + 2 + lengthBytes;
  return { tag, offset, start, end: start + length };
}
