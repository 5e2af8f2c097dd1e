import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageReader, type MessageReaderOptions, type ReaderEvent } from '../../kmip/index.ts';
import { officialMessages, SKIPPED, vcenterRequests } from './shared-data.ts';

function read(chunks: Buffer[], options?: MessageReaderOptions): ReaderEvent[] {
  const reader = new MessageReader(options);
  return chunks.flatMap((chunk) => reader.push(chunk));
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const message = (bytes: Buffer): ReaderEvent => ({ type: 'message', bytes });

// The empty first Discover Versions of a vCenter 7.0.3 (observed).
const DISCOVER = hex(
  '42007801 00000060 42007701 00000038 42006901 00000020 42006a02 00000004 00000001 00000000 42006b02 00000004 ' +
    '00000001 00000000 42000d02 00000004 00000001 00000000 42000f01 00000018 42005c05 00000004 0000001e 00000000 ' +
    '42007901 00000000',
);
const EMPTY_RESPONSE = hex('42007b01 00000000');

test('a message is found wherever the stream is split in two', () => {
  const stream = Buffer.concat([DISCOVER, EMPTY_RESPONSE, DISCOVER]);
  for (let split = 0; split <= stream.length; split += 1) {
    const events = read([stream.subarray(0, split), stream.subarray(split)]);
    expect(events).toEqual([message(DISCOVER), message(EMPTY_RESPONSE), message(DISCOVER)]);
  }
});

test('a message is found when it comes byte by byte', () => {
  const stream = Buffer.concat([DISCOVER, EMPTY_RESPONSE, DISCOVER]);
  const events = read([...stream].map((byte) => Buffer.from([byte])));
  expect(events).toEqual([message(DISCOVER), message(EMPTY_RESPONSE), message(DISCOVER)]);
});

test('the announced size is known after eight bytes', () => {
  const reader = new MessageReader();
  reader.push(DISCOVER.subarray(0, 7));
  expect(reader.announcedBytes).toBeUndefined();
  reader.push(DISCOVER.subarray(7, 8));
  expect(reader.announcedBytes).toBe(DISCOVER.length);
  expect(reader.pendingBytes).toBe(8);
  reader.push(DISCOVER.subarray(8));
  expect([reader.announcedBytes, reader.pendingBytes]).toEqual([undefined, 0]);
});

test('messages handed out do not change when more bytes come', () => {
  const reader = new MessageReader();
  reader.push(DISCOVER.subarray(0, 50));
  const [first] = reader.push(DISCOVER.subarray(50));
  reader.push(Buffer.alloc(3, 0x42));
  reader.push(DISCOVER.subarray(3, 60));
  expect(first).toEqual(message(DISCOVER));
});

test.each([
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['its first byte', Buffer.from('G')],
  ['a TLS record', hex('16 03 01 00 f4 01 00 00 f0')],
])('%s ends the stream at once', (_name, bytes) => {
  const events = read([bytes, DISCOVER]);
  expect(events).toEqual([
    { type: 'refused', canContinue: false, error: expect.objectContaining({ code: 'NOT_KMIP' }) },
  ]);
});

test('a structure that is no message is skipped and the stream goes on', () => {
  const header = hex('42007701 00000010 42000d02 00000004 00000001 00000000');
  for (let split = 0; split <= header.length; split += 1) {
    const stream = Buffer.concat([header, DISCOVER]);
    const events = read([stream.subarray(0, split), stream.subarray(split)]);
    expect(events).toEqual([
      { type: 'refused', canContinue: true, error: expect.objectContaining({ code: 'NOT_A_MESSAGE' }) },
      message(DISCOVER),
    ]);
  }
});

test('an outermost item that is no structure is skipped with its padding', () => {
  const text = hex('42007807 00000003 616263 0000000000');
  expect(read([text, DISCOVER])).toEqual([
    { type: 'refused', canContinue: true, error: expect.objectContaining({ code: 'NOT_A_MESSAGE' }) },
    message(DISCOVER),
  ]);
});

test('an item type that does not exist ends the stream: its padding is unknown', () => {
  expect(read([hex('420078ff 00000008 0000000000000000'), DISCOVER])).toEqual([
    { type: 'refused', canContinue: false, error: expect.objectContaining({ code: 'UNKNOWN_TYPE' }) },
  ]);
});

test('a message over the limit is refused after its head, skipped, and the stream goes on', () => {
  const large = Buffer.concat([hex('42007801 00000400'), Buffer.alloc(1024, 0x42)]);
  const reader = new MessageReader({ maxBytes: 512 });
  expect(reader.push(large.subarray(0, 8))).toEqual([
    { type: 'refused', canContinue: true, error: expect.objectContaining({ code: 'TOO_LARGE' }) },
  ]);
  expect(reader.push(large.subarray(8, 500))).toEqual([]);
  expect(reader.push(Buffer.concat([large.subarray(500), DISCOVER]))).toEqual([message(DISCOVER)]);
});

test('a message of exactly the limit is taken', () => {
  expect(read([DISCOVER], { maxBytes: DISCOVER.length })).toEqual([message(DISCOVER)]);
  expect(read([DISCOVER], { maxBytes: DISCOVER.length - 1 })).toMatchObject([{ type: 'refused' }]);
});

test('a length that is too large to skip ends the stream', () => {
  expect(read([hex('42007801 fffffff8'), DISCOVER])).toEqual([
    { type: 'refused', canContinue: false, error: expect.objectContaining({ code: 'TOO_LARGE' }) },
  ]);
});

test('a reader that expects responses refuses a request', () => {
  expect(read([DISCOVER, EMPTY_RESPONSE], { expect: 'response' })).toEqual([
    { type: 'refused', canContinue: true, error: expect.objectContaining({ code: 'NOT_A_MESSAGE' }) },
    message(EMPTY_RESPONSE),
  ]);
});

const known = [...(vcenterRequests ?? []), ...(officialMessages ?? [])].map(({ hex: text }) =>
  Buffer.from(text, 'hex'),
);

test.skipIf(known.length === 0)(`official and vCenter messages survive any segmentation (${SKIPPED})`, () => {
  const pick = fc.array(fc.integer({ min: 0, max: known.length - 1 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(pick, fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 20 }), (picked, sizes) => {
      const messages = picked.map((index) => known[index] as Buffer);
      const stream = Buffer.concat(messages);
      const chunks: Buffer[] = [];
      for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
        const size = sizes[turn % sizes.length] as number;
        chunks.push(stream.subarray(offset, offset + size));
        offset += size;
      }
      expect(read(chunks)).toEqual(messages.map(message));
    }),
    { numRuns: 300 },
  );
});
