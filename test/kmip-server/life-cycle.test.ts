import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import {
  makeAttribute,
  ObjectType,
  operations,
  RevocationReasonCode,
  readAttribute,
  type StandardAttributeName,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { createKey, named } from './requests.ts';

const start = Date.UTC(2026, 0, 1);
const hour = 3600;

let clock: ManualClock;
let lab: Lab;
let client: Client;

beforeEach(async () => {
  clock = new ManualClock(start);
  lab = await startLab({ clock, limits: { idleTimeoutMs: 1e12, handshakeTimeoutMs: 1e12 } });
  client = await connect(lab);
});
afterEach(cleanUp);

const activate = (uniqueIdentifier: string) => client.refused(operations.activate, { uniqueIdentifier });
const destroy = (uniqueIdentifier: string) => client.refused(operations.destroy, { uniqueIdentifier });
const revoke = (uniqueIdentifier: string, revocationReasonCode: number, compromiseOccurrenceDate?: number) =>
  client.refused(operations.revoke, {
    uniqueIdentifier,
    revocationReason: { revocationReasonCode },
    compromiseOccurrenceDate,
  });
const { KeyCompromise, CessationOfOperation, CACompromise } = RevocationReasonCode;

async function attribute<N extends StandardAttributeName>(uniqueIdentifier: string, name: N) {
  const { attributes } = await client.ok(operations.getAttributes, { uniqueIdentifier, attributeNames: [name] });
  return attributes[0] && readAttribute(name, attributes[0]);
}
const state = (uniqueIdentifier: string) => attribute(uniqueIdentifier, 'State');

/** A key brought into a state by its shortest way; codes of KMIP 1.1 §9.1.3.2.18. */
const reach: Record<string, { code: number; go(key: string): Promise<unknown> }> = {
  'Pre-Active': { code: 1, go: async () => {} },
  Active: { code: 2, go: activate },
  Deactivated: { code: 3, go: async (key) => [await activate(key), await revoke(key, CessationOfOperation)] },
  Compromised: { code: 4, go: (key) => revoke(key, KeyCompromise, 0) },
  Destroyed: { code: 5, go: destroy },
  'Destroyed Compromised': { code: 6, go: async (key) => [await revoke(key, KeyCompromise, 0), await destroy(key)] },
};

async function keyIn(name: string): Promise<string> {
  const key = await createKey(client);
  await reach[name]!.go(key);
  expect(await state(key)).toBe(reach[name]!.code);
  return key;
}

describe('permitted transitions, KMIP 1.1 §3.22', () => {
  it('1: a new key is Pre-Active, and has no Activation Date', async () => {
    const key = await createKey(client);
    expect(await state(key)).toBe(1);
    expect(await attribute(key, 'Activation Date')).toBeUndefined();
    expect(await attribute(key, 'Initial Date')).toBe(start / 1000);
  });

  it('1: a key whose Activation Date is in the past is Active at once', async () => {
    const key = await createKey(client, makeAttribute('Activation Date', start / 1000 - hour));
    expect(await state(key)).toBe(2);
  });

  it.each([
    [2, 'Pre-Active', 5, destroy],
    [3, 'Pre-Active', 4, (key: string) => revoke(key, KeyCompromise, 0)],
    [4, 'Pre-Active', 2, activate],
    [5, 'Active', 4, (key: string) => revoke(key, KeyCompromise, 0)],
    [6, 'Active', 3, (key: string) => revoke(key, CessationOfOperation)],
    [6, 'Active', 3, (key: string) => revoke(key, CACompromise)],
    [7, 'Deactivated', 5, destroy],
    [8, 'Deactivated', 4, (key: string) => revoke(key, KeyCompromise, 0)],
    [9, 'Compromised', 6, destroy],
    [10, 'Destroyed', 6, (key: string) => revoke(key, KeyCompromise, 0)],
  ])('%i: from %s to state %i', async (_number, from, to, act) => {
    const key = await keyIn(from);
    await clock.advance(5000);
    expect(await act(key)).toBe('Success');
    expect(await state(key)).toBe(to);
    expect(await attribute(key, 'Last Change Date')).toBe(start / 1000 + 5);
  });

  it('4: the Activation Date is reached', async () => {
    const key = await createKey(client, makeAttribute('Activation Date', start / 1000 + hour));
    expect(await state(key)).toBe(1);
    await clock.advance(hour * 1000 - 1);
    expect(await state(key)).toBe(1);
    await clock.advance(1);
    expect(await state(key)).toBe(2);
  });

  it('4: Modify Attribute sets an Activation Date that has come', async () => {
    const key = await createKey(client, makeAttribute('Activation Date', start / 1000 + hour));
    const modified = { uniqueIdentifier: key, attribute: makeAttribute('Activation Date', start / 1000) };
    expect(await client.refused(operations.modifyAttribute, modified)).toBe('Success');
    expect(await state(key)).toBe(2);
  });

  it('6: the Deactivation Date is reached, or moved to now', async () => {
    const dates = [
      makeAttribute('Activation Date', start / 1000 - hour),
      makeAttribute('Deactivation Date', start / 1000 + hour),
    ];
    const first = await createKey(client, ...dates);
    const second = await createKey(client, ...dates);
    const modified = { uniqueIdentifier: second, attribute: makeAttribute('Deactivation Date', start / 1000) };
    expect(await client.refused(operations.modifyAttribute, modified)).toBe('Success');
    expect([await state(first), await state(second)]).toEqual([2, 3]);
    await clock.advance(hour * 1000);
    expect(await state(first)).toBe(3);
  });
});

describe('what a transition writes', () => {
  it('Activate: Activation Date', async () => {
    const key = await createKey(client);
    await clock.advance(60_000);
    await activate(key);
    expect(await attribute(key, 'Activation Date')).toBe(start / 1000 + 60);
  });

  it('Revoke for Key Compromise: reason and both compromise dates, no Deactivation Date', async () => {
    const key = await keyIn('Active');
    expect(await revoke(key, KeyCompromise, 6)).toBe('Success');
    expect(await attribute(key, 'Revocation Reason')).toEqual({ revocationReasonCode: 2 });
    expect(await attribute(key, 'Compromise Date')).toBe(start / 1000);
    expect(await attribute(key, 'Compromise Occurrence Date')).toBe(6);
    expect(await attribute(key, 'Deactivation Date')).toBeUndefined();
  });

  it('Revoke for Key Compromise without the time of it: Compromise Occurrence Date is the Initial Date', async () => {
    const key = await keyIn('Active');
    clock.advance(60_000);
    expect(await revoke(key, KeyCompromise)).toBe('Success');
    expect(await attribute(key, 'Compromise Date')).toBe(start / 1000 + 60);
    expect(await attribute(key, 'Compromise Occurrence Date')).toBe(start / 1000);
  });

  it('CA Compromise compromises from KMIP 1.4 on', async () => {
    const revokeAt = async (minor: number) => {
      const key = await keyIn('Active');
      const revocationReason = { revocationReasonCode: CACompromise };
      await client.ok(operations.revoke, { uniqueIdentifier: key, revocationReason }, v(minor));
      return state(key);
    };
    const v = (minor: number) => ({ protocolVersion: { major: 1, minor } });
    expect([await revokeAt(1), await revokeAt(4)]).toEqual([3, 4]);
  });

  it('Revoke for another reason: Deactivation Date', async () => {
    const key = await keyIn('Deactivated');
    expect(await attribute(key, 'Deactivation Date')).toBe(start / 1000);
    expect(await attribute(key, 'Compromise Date')).toBeUndefined();
  });

  it('Destroy: Destroy Date; the attributes stay, the key does not', async () => {
    const key = await keyIn('Destroyed');
    expect(await attribute(key, 'Destroy Date')).toBe(start / 1000);
    expect(await attribute(key, 'Cryptographic Length')).toBe(256);
    expect(await client.refused(operations.get, { uniqueIdentifier: key })).toBe(
      `ItemNotFound: The object ${key} was destroyed.`,
    );
  });
});

describe('forbidden transitions leave the state as it was', () => {
  it.each(['Active', 'Deactivated', 'Compromised', 'Destroyed', 'Destroyed Compromised'])(
    'Activate of a key that is %s: Permission Denied',
    async (from) => {
      const key = await keyIn(from);
      expect(await activate(key)).toBe(
        `PermissionDenied: Activate is not allowed: the object is ${from}, not Pre-Active.`,
      );
      expect(await state(key)).toBe(reach[from]!.code);
    },
  );

  it('Destroy of an Active key says what to do', async () => {
    const key = await keyIn('Active');
    expect(await destroy(key)).toBe('PermissionDenied: Destroy is not allowed: the object is Active. Revoke it first.');
    expect(await state(key)).toBe(2);
    await client.ok(operations.get, { uniqueIdentifier: key });
  });

  it.each(['Destroyed', 'Destroyed Compromised'])('Destroy of a key that is %s', async (from) => {
    const key = await keyIn(from);
    expect(await destroy(key)).toBe(`PermissionDenied: Destroy is not allowed: the object is already ${from}.`);
    expect(await state(key)).toBe(reach[from]!.code);
  });

  it.each(['Pre-Active', 'Deactivated', 'Compromised', 'Destroyed', 'Destroyed Compromised'])(
    'Revoke for Cessation of Operation of a key that is %s: Illegal Operation',
    async (from) => {
      const key = await keyIn(from);
      expect(await revoke(key, CessationOfOperation)).toBe(
        `IllegalOperation: Revoke for Cessation of Operation is not possible: the object is ${from}.`,
      );
      expect(await state(key)).toBe(reach[from]!.code);
    },
  );

  it.each(['Compromised', 'Destroyed Compromised'])('Revoke for Key Compromise of a key that is %s', async (from) => {
    const key = await keyIn(from);
    expect(await revoke(key, KeyCompromise, 0)).toMatch(/^IllegalOperation: /);
    expect(await state(key)).toBe(reach[from]!.code);
  });

  it('an undefined Revocation Reason Code is an Invalid Field', async () => {
    const key = await keyIn('Active');
    expect(await revoke(key, 8)).toBe('InvalidField: Revocation Reason Code 8 is not defined.');
    expect(await state(key)).toBe(2);
  });

  it('an Opaque Object has no State: it is not activated, but it can be revoked and destroyed', async () => {
    const { uniqueIdentifier } = await client.ok(operations.register, {
      objectType: ObjectType.OpaqueObject,
      templateAttribute: { names: [], attributes: [] },
      object: { objectType: ObjectType.OpaqueObject, opaqueDataType: 0x80000001, opaqueDataValue: Buffer.from('x') },
    });
    expect(await activate(uniqueIdentifier)).toMatch(/^IllegalOperation: /);
    expect(await revoke(uniqueIdentifier, KeyCompromise, 6)).toBe('Success');
    expect(await attribute(uniqueIdentifier, 'State')).toBeUndefined();
    expect(await attribute(uniqueIdentifier, 'Compromise Date')).toBe(start / 1000);
    expect(await attribute(uniqueIdentifier, 'Compromise Occurrence Date')).toBe(6);
    expect(await destroy(uniqueIdentifier)).toBe('Success');
    expect(await attribute(uniqueIdentifier, 'Destroy Date')).toBe(start / 1000);
    expect(await destroy(uniqueIdentifier)).toMatch(/^PermissionDenied: /);
  });

  it('a template is not revoked', async () => {
    const { uniqueIdentifier } = await client.ok(operations.register, {
      objectType: ObjectType.Template,
      templateAttribute: { names: [], attributes: [named('t')] },
      object: { objectType: ObjectType.Template, attributes: [makeAttribute('Cryptographic Length', 256)] },
    });
    expect(await revoke(uniqueIdentifier, KeyCompromise, 6)).toMatch(/^IllegalOperation: /);
  });
});

describe('the administrator', () => {
  it('destroys an Active key', async () => {
    const key = await keyIn('Active');
    expect(await lab.server.destroyObject(key)).toBe(true);
    expect(await state(key)).toBe(5);
    expect(await client.refused(operations.get, { uniqueIdentifier: key })).toMatch(/^ItemNotFound: /);
  });

  it('loses keys, and gets them back from a backup', async () => {
    const key = await keyIn('Active');
    expect(await lab.server.backup()).toBe(1);
    expect(await lab.server.loseKeys()).toBe(1);
    expect(await client.refused(operations.get, { uniqueIdentifier: key })).toBe(
      `ItemNotFound: No object has the Unique Identifier "${key}".`,
    );
    expect(await lab.server.restoreBackup()).toBe(1);
    await client.ok(operations.get, { uniqueIdentifier: key });
  });

  it('sees the objects without key material', async () => {
    const key = await createKey(client);
    const { object } = await client.ok(operations.get, { uniqueIdentifier: key });
    const material = 'keyBlock' in object && object.keyBlock.keyValue;
    if (!material || 'wrapped' in material) throw new Error('no plain key');
    const bytes = Buffer.from(material.keyMaterial as Uint8Array);
    expect(bytes).toHaveLength(32);
    const shown = JSON.stringify([lab.server.objects.list(), lab.runtime.journal.entries()]);
    expect(shown).not.toContain(bytes.toString('hex'));
    expect(shown).not.toContain(bytes.toString('base64'));
    expect(lab.server.objects.get(key)).toMatchObject({ uniqueIdentifier: key, state: 'Pre-Active' });
  });
});

it('keys are not alike', async () => {
  const seen = new Set<string>();
  for (let n = 0; n < 200; n++) {
    const key = await createKey(client);
    const { object } = await client.ok(operations.get, { uniqueIdentifier: key });
    if ('keyBlock' in object) seen.add(JSON.stringify(object.keyBlock.keyValue));
  }
  // More than one refill of the server's random pool.
  expect(seen.size).toBe(200);
});
