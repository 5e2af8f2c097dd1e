import { expect, test } from 'vitest';
import {
  decode,
  decodeRequest,
  decodeResponse,
  encode,
  encodeRequest,
  encodeResponse,
  operationByCode,
  ResultStatus,
} from '../../kmip/index.ts';
import { officialMessages, SKIPPED, vcenterRequests } from './shared-data.ts';

/** Payloads that went through a typed definition. */
let typed = 0;

function throughTypes(bytes: Buffer, kind: 'request' | 'response', warn: (text: string) => void): Buffer {
  if (kind === 'request') {
    const { header, items, version } = decodeRequest(bytes, { warn });
    const again = items.map((one) => {
      if (one.error) throw one.error;
      const definition = operationByCode(one.operation);
      if (!definition) return one;
      typed += 1;
      const payload = definition.request.decode(one.payload, version, { warn });
      return { ...one, payload: definition.request.encode(payload, version) };
    });
    return encodeRequest(header, again);
  }
  const { header, items, version } = decodeResponse(bytes, { warn, unknownFields: 'reject' });
  const again = items.map((one) => {
    const definition = one.operation === undefined ? undefined : operationByCode(one.operation);
    if (!definition || one.resultStatus !== ResultStatus.Success) return one;
    typed += 1;
    const payload = definition.response.decode(one.payload, version, { warn });
    return { ...one, payload: definition.response.encode(payload, version) };
  });
  return encodeResponse(header, again);
}

test.skipIf(!officialMessages)(`the 520 official messages are re-encoded byte for byte (${SKIPPED})`, () => {
  expect(officialMessages).toHaveLength(520);
  for (const { hex, section, time, kind } of officialMessages ?? []) {
    const bytes = Buffer.from(hex, 'hex');
    expect(encode(decode(bytes)).toString('hex'), `${section} time ${time} ${kind}`).toBe(hex.toLowerCase());
  }
});

test.skipIf(!officialMessages)(`and byte for byte through the typed messages, without a warning (${SKIPPED})`, () => {
  typed = 0;
  for (const { hex, section, time, kind } of officialMessages ?? []) {
    const where = `${section} time ${time} ${kind}`;
    const warnings: string[] = [];
    const again = throughTypes(Buffer.from(hex, 'hex'), kind, (text) => warnings.push(text));
    expect(again.toString('hex'), where).toBe(hex.toLowerCase());
    expect(warnings, where).toEqual([]);
  }
  // Most operations of the official messages are typed here; fewer would mean that definitions were lost.
  expect(typed).toBeGreaterThan(500);
});

test.skipIf(!vcenterRequests)(`the 26 vCenter requests pass the typed messages byte for byte (${SKIPPED})`, () => {
  expect(vcenterRequests).toHaveLength(26);
  for (const { hex, name, batchCount, uniqueBatchItemIds } of vcenterRequests ?? []) {
    const bytes = Buffer.from(hex, 'hex');
    typed = 0;
    expect(throughTypes(bytes, 'request', expect.fail).toString('hex'), name).toBe(hex);
    expect(typed, name).toBe(batchCount);
    const { header, items } = decodeRequest(bytes);
    expect(header, name).toEqual({ protocolVersion: { major: 1, minor: 1 }, attestationTypes: [], batchCount });
    const ids = items.map(({ uniqueBatchItemId }) => uniqueBatchItemId?.toString('latin1'));
    const expected = items.map((_, index) =>
      uniqueBatchItemIds ? `QLKC${String.fromCharCode(index + 1)}\0\0\0` : undefined,
    );
    expect(ids, name).toEqual(expected);
  }
});
