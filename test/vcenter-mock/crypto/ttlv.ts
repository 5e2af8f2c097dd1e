/** A small TTLV writer and reader of the tests' own, so that expected bytes never come from the code under test. */
export interface Node {
  tag: number;
  type: number;
  value: Buffer | Node[];
}

function head(tag: number, type: number, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(tag, 0, 3);
  bytes[3] = type;
  bytes.writeUInt32BE(length, 4);
  return bytes;
}

function padded(tag: number, type: number, value: Buffer): Buffer {
  return Buffer.concat([head(tag, type, value.length), value, Buffer.alloc((8 - (value.length % 8)) % 8)]);
}

export const structure = (tag: number, ...children: Buffer[]) => {
  const body = Buffer.concat(children);
  return Buffer.concat([head(tag, 1, body.length), body]);
};
const word = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
export const integer = (tag: number, value: number) => padded(tag, 2, word(value));
export const enumeration = (tag: number, value: number) => padded(tag, 5, word(value));
export const text = (tag: number, value: string) => padded(tag, 7, Buffer.from(value, 'utf8'));
export const bytes = (tag: number, value: Buffer) => padded(tag, 8, value);
export const dateTime = (tag: number, seconds: number) => {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(BigInt(seconds));
  return padded(tag, 9, value);
};

/** Reads all items of a byte range. */
export function read(source: Buffer): Node[] {
  const nodes: Node[] = [];
  for (let offset = 0; offset < source.length; ) {
    const tag = source.readUIntBE(offset, 3);
    const type = source[offset + 3]!;
    const length = source.readUInt32BE(offset + 4);
    const value = source.subarray(offset + 8, offset + 8 + length);
    nodes.push({ tag, type, value: type === 1 ? read(value) : value });
    offset += 8 + length + ((8 - (length % 8)) % 8);
  }
  return nodes;
}

/** All items with that tag, at any depth. */
export function find(nodes: Node[], tag: number): Node[] {
  return nodes.flatMap((node) => [
    ...(node.tag === tag ? [node] : []),
    ...(Array.isArray(node.value) ? find(node.value, tag) : []),
  ]);
}
