import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  CryptographicUsageMask,
  makeAttribute,
  operations,
  RevocationReasonCode,
  readAttribute,
  type StandardAttributeName,
  UsageLimitsUnit,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { createKey } from './requests.ts';

const start = Date.UTC(2026, 0, 1);
const limits = { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 };

let clock: ManualClock;
let lab: Lab;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  lab = await startLab({ clock, limits });
  client = await connect(lab);
});
afterEach(cleanUp);

async function attribute<N extends StandardAttributeName>(uniqueIdentifier: string, name: N) {
  const { attributes } = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: [name] });
  return attributes[0] && readAttribute(name, attributes[0]);
}
const active = makeAttribute('Activation Date', start / 1000 - 60);
const limit = (usageLimitsTotal: bigint, usageLimitsUnit: number = UsageLimitsUnit.Byte) =>
  makeAttribute('Usage Limits', { usageLimitsTotal, usageLimitsUnit });
const allocate = (uniqueIdentifier: string, usageLimitsCount: bigint) =>
  client.refused(operations.getUsageAllocation, { uniqueIdentifier, usageLimitsCount });

describe('Get Usage Allocation, KMIP 1.1 §4.18, §11.19', () => {
  it('takes from the Count until nothing is left (OASIS TC-51-11)', async () => {
    const key = await createKey(client, active, limit(1000n));
    expect(await allocate(key, 600n)).toBe('Success');
    expect(await attribute(key, 'Usage Limits')).toMatchObject({ usageLimitsTotal: 1000n, usageLimitsCount: 400n });
    expect(await allocate(key, 401n)).toBe(
      'PermissionDenied: The Usage Limits do not allow it: 401 bytes are asked for and 400 are left.',
    );
    expect(await allocate(key, 400n)).toBe('Success');
    expect(await attribute(key, 'Usage Limits')).toMatchObject({ usageLimitsCount: 0n });
    expect(await allocate(key, 1n)).toMatch(/^PermissionDenied: /);
  });

  it('counts objects where the unit is Object', async () => {
    const key = await createKey(client, active, limit(1n, UsageLimitsUnit.Object));
    expect(await allocate(key, 2n)).toBe(
      'PermissionDenied: The Usage Limits do not allow it: 2 objects are asked for and 1 are left.',
    );
  });

  it('is a change of the object', async () => {
    const key = await createKey(client, active, limit(10n));
    clock.advance(60_000);
    expect(await allocate(key, 1n)).toBe('Success');
    expect(await attribute(key, 'Last Change Date')).toBe(start / 1000 + 60);
  });

  it('makes the Usage Limits the server’s, KMIP 1.1 §3.21', async () => {
    const key = await createKey(client, active, limit(10n));
    const change = () => client.refused(operations.modifyAttribute, { uniqueIdentifier: key, attribute: limit(20n) });
    expect(await change()).toBe('Success');
    expect(await allocate(key, 1n)).toBe('Success');
    expect(await change()).toMatch(/^PermissionDenied: /);
    expect(
      await client.refused(operations.deleteAttribute, { uniqueIdentifier: key, attributeName: 'Usage Limits' }),
    ).toMatch(/^PermissionDenied: /);
  });

  it.each([
    ['without Usage Limits: Illegal Operation', [active], 1n, /^IllegalOperation: .* has no Usage Limits\.$/],
    [
      'of a key that is Pre-Active: Permission Denied',
      [limit(10n)],
      1n,
      /^PermissionDenied: .* Pre-Active, not Active/,
    ],
    [
      'after the Protect Stop Date: Permission Denied',
      [active, limit(10n), makeAttribute('Protect Stop Date', start / 1000 - 1)],
      1n,
      /^PermissionDenied: .* Protect Stop Date has passed/,
    ],
    ['of nothing: Invalid Field', [active, limit(10n)], 0n, /^InvalidField: /],
  ])('%s', async (_name, attributes, amount, expected) => {
    expect(await allocate(await createKey(client, ...attributes), amount)).toMatch(expected);
  });

  it('of a missing object: Item Not Found', async () => {
    expect(await allocate('missing', 1n)).toMatch(/^ItemNotFound: /);
  });
});

describe('Check, KMIP 1.1 §4.10, §11.11', () => {
  it('of a Usage Limits Count allocates nothing, and names what denies', async () => {
    const key = await createKey(client, active, limit(10n));
    expect(await client.ok(operations.check, { uniqueIdentifier: key, usageLimitsCount: 10n })).toEqual({
      uniqueIdentifier: key,
    });
    expect(await client.refused(operations.check, { uniqueIdentifier: key, usageLimitsCount: 11n })).toBe(
      'PermissionDenied: Check denied: the Usage Limits do not leave that much.',
    );
    expect(await allocate(key, 10n)).toBe('Success');
    expect(await client.refused(operations.check, { uniqueIdentifier: key, usageLimitsCount: 1n })).toMatch(
      /^PermissionDenied: /,
    );
  });

  it('of a Lease Time longer than the object’s', async () => {
    const key = await createKey(client);
    const check = (leaseTime: number) => client.refused(operations.check, { uniqueIdentifier: key, leaseTime });
    expect(await check(3600)).toBe('Success');
    expect(await check(3601)).toBe('PermissionDenied: Check denied: no lease is given for longer than 3600 s.');
    expect(await check(0)).toMatch(/^PermissionDenied: /);
  });

  it('gives all reasons at once', async () => {
    const key = await createKey(client, limit(10n));
    const request = {
      uniqueIdentifier: key,
      cryptographicUsageMask: CryptographicUsageMask.Sign,
      usageLimitsCount: 11n,
      leaseTime: 3601,
    };
    const { items } = await client.batch([{ operation: operations.check, payload: request }]);
    const denied = operations.check.response.decode(items[0]!.payload, { major: 1, minor: 1 });
    expect(denied).toEqual({
      cryptographicUsageMask: CryptographicUsageMask.Sign,
      usageLimitsCount: 11n,
      leaseTime: 3601,
    });
  });
});

describe('Obtain Lease, KMIP 1.1 §4.17, §11.18', () => {
  it('gives the Lease Time of the object and when it last changed', async () => {
    const key = await createKey(client);
    clock.advance(5_000);
    expect(await client.ok(operations.obtainLease, { uniqueIdentifier: key })).toEqual({
      uniqueIdentifier: key,
      leaseTime: 3600,
      lastChangeDate: start / 1000,
    });
    expect(await attribute(key, 'Lease Time')).toBe(3600);
  });

  it('0: no limit, and no Lease Time attribute', async () => {
    lab = await startLab({ clock, limits, leaseTime: 0 });
    client = await connect(lab);
    const key = await createKey(client);
    expect(await client.ok(operations.obtainLease, { uniqueIdentifier: key })).toMatchObject({ leaseTime: 0 });
    expect(await attribute(key, 'Lease Time')).toBeUndefined();
    expect(await client.refused(operations.check, { uniqueIdentifier: key, leaseTime: 1e6 })).toBe('Success');
  });

  it('is refused for what is compromised (OASIS TC-95-11) or destroyed', async () => {
    const key = await createKey(client, active);
    const revocationReason = { revocationReasonCode: RevocationReasonCode.KeyCompromise };
    await client.ok(operations.revoke, { uniqueIdentifier: key, revocationReason });
    const lease = () => client.refused(operations.obtainLease, { uniqueIdentifier: key });
    expect(await lease()).toBe('PermissionDenied: No lease is given: the object is Compromised.');
    await client.ok(operations.destroy, { uniqueIdentifier: key });
    expect(await lease()).toBe('PermissionDenied: No lease is given: the object is Destroyed Compromised.');
  });

  it('of a missing object: Item Not Found', async () => {
    expect(await client.refused(operations.obtainLease, { uniqueIdentifier: 'missing' })).toMatch(/^ItemNotFound: /);
  });
});

describe('Archive and Recover, KMIP 1.1 §4.22, §4.23 (OASIS TC-101-11)', () => {
  const archive = (uniqueIdentifier: string) => client.refused(operations.archive, { uniqueIdentifier });
  const recover = (uniqueIdentifier: string) => client.refused(operations.recover, { uniqueIdentifier });

  it('an archived object has an Archive Date and refuses every use until it is recovered', async () => {
    const key = await createKey(client);
    clock.advance(60_000);
    expect(await archive(key)).toBe('Success');
    expect(await attribute(key, 'Archive Date')).toBe(start / 1000 + 60);
    expect(await attribute(key, 'Last Change Date')).toBe(start / 1000 + 60);
    const refused = 'ObjectArchived: The object is archived. Recover it first.';
    expect(await client.refused(operations.get, { uniqueIdentifier: key })).toBe(refused);
    expect(await client.refused(operations.activate, { uniqueIdentifier: key })).toBe(refused);
    expect(await client.refused(operations.destroy, { uniqueIdentifier: key })).toBe(refused);
    expect(await archive(key)).toBe(refused);
    expect(await recover(key)).toBe('Success');
    expect(await attribute(key, 'Archive Date')).toBeUndefined();
    await client.ok(operations.get, { uniqueIdentifier: key });
  });

  it('Recover of what is on-line changes nothing', async () => {
    const key = await createKey(client);
    clock.advance(60_000);
    expect(await recover(key)).toBe('Success');
    expect(await attribute(key, 'Last Change Date')).toBe(start / 1000);
  });

  it('of missing and destroyed objects: Item Not Found', async () => {
    const key = await createKey(client);
    await client.ok(operations.destroy, { uniqueIdentifier: key });
    expect(await archive(key)).toMatch(/^ItemNotFound: /);
    expect(await archive('missing')).toMatch(/^ItemNotFound: /);
    expect(await recover('missing')).toMatch(/^ItemNotFound: /);
  });
});
