/** The three encodings of messages over HTTPS. KMIP Additional Message Encodings 1.0 §2 to §6, KMIP 1.4 Profiles §4 */
import { decode, encode, type Item, parseJson, parseXml, type TtlvLimits, toJson, toXml } from '../../kmip/index.ts';

export interface MessageEncoding {
  /** The content type of answers. */
  readonly mediaType: string;
  /** The message as TTLV. Throws an error with a readable message for what cannot be read. */
  toTtlv(body: Buffer, limits: TtlvLimits): Buffer;
  fromTtlv(bytes: Buffer): Buffer;
}

function single(items: readonly Item[]): Item {
  const [first, ...more] = items;
  if (!first || more.length > 0) throw new TypeError(`the body holds ${items.length} messages instead of one`);
  return first;
}

const ttlv: MessageEncoding = {
  mediaType: 'application/octet-stream',
  toTtlv: (body) => body,
  fromTtlv: (bytes) => bytes,
};

const xml: MessageEncoding = {
  mediaType: 'text/xml',
  toTtlv: (body, limits) => encode(single(parseXml(body.toString('utf8'), limits))),
  fromTtlv: (bytes) => Buffer.from(toXml(decode(bytes), { reveal: true })),
};

const json: MessageEncoding = {
  mediaType: 'application/json',
  toTtlv: (body, limits) => encode(single(parseJson(body.toString('utf8'), limits))),
  fromTtlv: (bytes) => Buffer.from(JSON.stringify(toJson(decode(bytes), { reveal: true }))),
};

/** By the content type of a request. */
export const encodings: ReadonlyMap<string, MessageEncoding> = new Map([
  [ttlv.mediaType, ttlv],
  [xml.mediaType, xml],
  ['application/xml', xml],
  [json.mediaType, json],
]);
