import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  CryptographicAlgorithm,
  type Item,
  item,
  kmipCall,
  LinkType,
  makeAttribute,
  makeCustomAttribute,
  operations,
  RevocationReasonCode,
  State,
  UsageLimitsUnit,
} from '../../kmip/index.ts';
import {
  active,
  attributeOf,
  createPair,
  linksOf,
  materialOf,
  namesOf,
  newest,
  start,
  template,
} from './crypto-requests.ts';
import { type Client, cleanUp, connect, refusal, startLab } from './lab.ts';
import { createKey, named } from './requests.ts';

const hour = 3600;
const now = start / 1000;

let clock: ManualClock;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  const lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

type Request = Parameters<typeof operations.reKey.request.encode>[0];

async function rekey(uniqueIdentifier: string, more: Request = {}): Promise<string> {
  return (await client.ok(operations.reKey, { uniqueIdentifier, ...more })).uniqueIdentifier;
}

const refused = (uniqueIdentifier: string, more: Request = {}) =>
  client.refused(operations.reKey, { uniqueIdentifier, ...more });

describe('Re-key, KMIP 1.1 §4.4', () => {
  it('makes another key of the same kind with its own material', async () => {
    const old = await createKey(client);
    const key = await rekey(old);
    expect(key).not.toBe(old);
    const [before, after] = [await materialOf(client, old), await materialOf(client, key)];
    expect(after).toHaveLength(32);
    expect(after.equals(before)).toBe(false);
    expect(await attributeOf(client, key, 'Cryptographic Algorithm')).toBe(CryptographicAlgorithm.AES);
    expect(await attributeOf(client, key, 'Cryptographic Length')).toBe(256);
    expect(await linksOf(client, key)).toEqual([[LinkType.ReplacedObjectLink, old]]);
    expect(await linksOf(client, old)).toEqual([[LinkType.ReplacementObjectLink, key]]);
  });

  it('copies the other attributes; Names move', async () => {
    const text = item.textString(0, 'mine') as Item;
    const old = await createKey(
      client,
      named('first'),
      makeAttribute('Object Group', 'g'),
      makeCustomAttribute('x-own', text),
    );
    const key = await rekey(old);
    expect(await namesOf(client, old)).toEqual([]);
    expect(await namesOf(client, key)).toEqual(['first']);
    expect(await attributeOf(client, key, 'Object Group')).toBe('g');
    const custom = await client.ok(operations.getAttributes, { uniqueIdentifier: key, attributeNames: ['x-own'] });
    expect(custom.attributes.map(({ attributeValue }) => attributeValue?.value)).toEqual(['mine']);
    expect(await client.refused(operations.addAttribute, { uniqueIdentifier: old, attribute: named('first') })).toMatch(
      /^IllegalOperation: The Name "first" is already in use/,
    );
  });

  it('sets State and Initial Date anew, and leaves out what belongs to the old key only', async () => {
    const old = await createKey(client, active);
    await clock.advance(hour * 1000);
    await client.ok(operations.revoke, {
      uniqueIdentifier: old,
      revocationReason: { revocationReasonCode: RevocationReasonCode.KeyCompromise },
      compromiseOccurrenceDate: now,
    });
    const key = await rekey(old);
    expect(await attributeOf(client, key, 'State')).toBe(State.Active);
    expect(await attributeOf(client, key, 'Initial Date')).toBe(now + hour);
    expect(await attributeOf(client, key, 'Compromise Date')).toBeUndefined();
    expect(await attributeOf(client, key, 'Revocation Reason')).toBeUndefined();
    expect(await attributeOf(client, old, 'Last Change Date')).toBe(now + hour);
  });

  it('starts the Usage Limits anew', async () => {
    const limits = { usageLimitsTotal: 100n, usageLimitsUnit: UsageLimitsUnit.Object };
    const old = await createKey(client, active, makeAttribute('Usage Limits', limits));
    await client.ok(operations.getUsageAllocation, { uniqueIdentifier: old, usageLimitsCount: 60n });
    const key = await rekey(old);
    expect(await attributeOf(client, key, 'Usage Limits')).toEqual({ ...limits, usageLimitsCount: 100n });
  });

  it('gives attributes of the request precedence', async () => {
    const old = await createKey(client, named('first'), makeAttribute('Contact Information', 'old'));
    const key = await rekey(old, {
      templateAttribute: template(
        makeAttribute('Contact Information', 'new'),
        makeAttribute('Cryptographic Length', 128),
        named('second'),
      ),
    });
    expect(await attributeOf(client, key, 'Contact Information')).toBe('new');
    expect(await materialOf(client, key)).toHaveLength(16);
    expect(await namesOf(client, key)).toEqual(['first', 'second']);
  });

  it('without an Offset copies the dates, so that the copy of an expired key has expired, too', async () => {
    const old = await createKey(client, active, makeAttribute('Deactivation Date', now + hour));
    await clock.advance(2 * hour * 1000);
    const key = await rekey(old);
    expect(await attributeOf(client, key, 'Deactivation Date')).toBe(now + hour);
    expect(await attributeOf(client, key, 'State')).toBe(State.Deactivated);
  });

  it('with an Offset keeps the distances between the dates', async () => {
    const old = await createKey(
      client,
      active,
      makeAttribute('Process Start Date', now),
      makeAttribute('Protect Stop Date', now + hour),
      makeAttribute('Deactivation Date', now + 2 * hour),
    );
    const key = await rekey(old, { offset: 600 });
    expect(await attributeOf(client, key, 'Activation Date')).toBe(now + 600);
    expect(await attributeOf(client, key, 'Process Start Date')).toBe(now + 600 + hour);
    expect(await attributeOf(client, key, 'Protect Stop Date')).toBe(now + 600 + 2 * hour);
    expect(await attributeOf(client, key, 'Deactivation Date')).toBe(now + 600 + 3 * hour);
    expect(await attributeOf(client, key, 'State')).toBe(State.PreActive);
  });

  it('refuses an Offset together with dates, and one for a key without an Activation Date', async () => {
    const templateAttribute = template(makeAttribute('Deactivation Date', now + hour));
    expect(await refused(await createKey(client, active), { offset: 0, templateAttribute })).toMatch(
      /^InvalidMessage: .*Offset/,
    );
    expect(await refused(await createKey(client), { offset: 0 })).toMatch(/^IllegalOperation: .*Activation Date/);
  });

  it('refuses keys of a pair, destroyed keys, and Names that other objects have; the old key keeps its own', async () => {
    const { privateKeyUniqueIdentifier } = await createPair(client);
    expect(await refused(privateKeyUniqueIdentifier)).toMatch(/^PermissionDenied: .*Re-key Key Pair/);
    const destroyed = await createKey(client);
    await client.ok(operations.destroy, { uniqueIdentifier: destroyed });
    expect(await refused(destroyed)).toMatch(/^ItemNotFound: .*destroyed/);
    await createKey(client, named('taken'));
    const old = await createKey(client, named('kept'));
    expect(await refused(old, { templateAttribute: template(named('taken')) })).toMatch(/^InvalidField: .*"taken"/);
    expect(await namesOf(client, old)).toEqual(['kept']);
    expect(await linksOf(client, old)).toEqual([]);
  });

  it('undone with its batch gives the Name back', async () => {
    const old = await createKey(client, named('kept'));
    const calls = [
      { ...kmipCall(operations.reKey, { uniqueIdentifier: old }), uniqueBatchItemId: Buffer.of(1) },
      { ...kmipCall(operations.destroy, { uniqueIdentifier: 'nothing' }), uniqueBatchItemId: Buffer.of(2) },
    ];
    const { items } = await client.batch(calls, { batchErrorContinuationOption: 3, ...newest });
    expect(items.map(({ resultStatus }) => resultStatus)).toEqual([3, 1]);
    expect(refusal(items[1]!)).toMatch(/^ItemNotFound/);
    expect(await namesOf(client, old)).toEqual(['kept']);
  });
});
