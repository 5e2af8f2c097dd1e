import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Attribute,
  CryptographicAlgorithm,
  makeAttribute,
  ObjectGroupMember,
  operations,
  protocolVersion,
  type RequestOf,
  StorageStatusMask,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { askAs, createKey, named } from './requests.ts';

let lab: Lab;
let client: Client;
beforeEach(async () => {
  lab = await startLab();
  client = await connect(lab);
});
afterEach(cleanUp);

type Asked = Omit<RequestOf<typeof operations.locate>, 'attributes'>;
const locate = async (attributes: Attribute[], more: Asked = {}) =>
  (await client.ok(operations.locate, { attributes, ...more })).uniqueIdentifiers;
const group = (name: string) => makeAttribute('Object Group', name);
const identifier = (value: string) => makeAttribute('Unique Identifier', value);

describe('Object Group Member, KMIP 1.1 §4.9', () => {
  const fresh = { objectGroupMember: ObjectGroupMember.GroupMemberFresh, maximumItems: 1 };
  const byDefault = { objectGroupMember: ObjectGroupMember.GroupMemberDefault };

  it('fresh objects until each was fetched (OASIS TC-152-11)', async () => {
    const keys = [await createKey(client, group('g')), await createKey(client, group('g'))];
    for (const key of keys) {
      expect(await locate([group('g')], fresh)).toEqual([key]);
      await client.ok(operations.get, { uniqueIdentifier: key });
    }
    expect(await locate([group('g')], fresh)).toEqual([]);
  });

  it('the default object is each in turn (OASIS TC-153-11)', async () => {
    const keys = [];
    for (let count = 0; count < 3; count++) keys.push(await createKey(client, group('g')));
    const turns = [];
    for (let count = 0; count < 5; count++) turns.push(...(await locate([group('g')], byDefault)));
    expect(turns).toEqual([keys[0], keys[1], keys[2], keys[0], keys[1]]);
    await client.ok(operations.destroy, { uniqueIdentifier: keys[2]! });
    expect(await locate([group('g')], byDefault)).toEqual([keys[0]]);
    expect(await locate([group('none')], byDefault)).toEqual([]);
  });

  it('the group "default" never runs out of fresh keys (OASIS TC-151-11)', async () => {
    const [key] = await locate([group('default')], fresh);
    const payload = { uniqueIdentifier: key!, attributeNames: ['Cryptographic Algorithm', 'Fresh'] };
    const { attributes } = await client.ok(operations.getAttributes, payload);
    expect(attributes).toEqual([
      makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.AES),
      makeAttribute('Fresh', true),
    ]);
    expect(await locate([group('default')], fresh)).toEqual([key]);
    await client.ok(operations.get, { uniqueIdentifier: key! });
    expect(await locate([group('default')], fresh)).not.toEqual([key]);
    // What cannot be made is not found, and nothing is left behind.
    const before = lab.server.objects.list().length;
    const other = makeAttribute('Cryptographic Algorithm', CryptographicAlgorithm.RSA);
    expect(await locate([group('default'), other], fresh)).toEqual([]);
    expect(lab.server.objects.list()).toHaveLength(before);
  });

  it('without an Object Group: Invalid Field', async () => {
    expect(await client.refused(operations.locate, { attributes: [], ...fresh })).toMatch(/^InvalidField: /);
  });
});

it('Offset Items and Maximum Items; Located Items tells all there are, from KMIP 1.3 on', async () => {
  const keys = [];
  for (let count = 0; count < 4; count++) keys.push(await createKey(client));
  const page = { attributes: [], offsetItems: 1, maximumItems: 2 };
  const answer = await client.ok(operations.locate, page, { protocolVersion: protocolVersion('1.3') });
  expect(answer).toEqual({ locatedItems: 4, uniqueIdentifiers: keys.slice(1, 3) });
  const before = await client.ok(operations.locate, { attributes: [] }, { protocolVersion: protocolVersion('1.2') });
  expect(before.locatedItems).toBe(undefined);
  expect(await client.refused(operations.locate, { attributes: [], maximumItems: -1 })).toMatch(/^InvalidField: /);
});

it('Storage Status Mask: on-line, archival, or both', async () => {
  const [onLine, archived] = [await createKey(client, named('a')), await createKey(client, named('b'))];
  await client.ok(operations.archive, { uniqueIdentifier: archived });
  const { OnLineStorage, ArchivalStorage } = StorageStatusMask;
  expect(await locate([])).toEqual([onLine]);
  expect(await locate([], { storageStatusMask: OnLineStorage })).toEqual([onLine]);
  expect(await locate([], { storageStatusMask: ArchivalStorage })).toEqual([archived]);
  expect(await locate([], { storageStatusMask: OnLineStorage | ArchivalStorage })).toEqual([onLine, archived]);
  expect(await locate([named('b')], { storageStatusMask: ArchivalStorage })).toEqual([archived]);
});

it('by Unique Identifier, while the object is there (OASIS SKFF-M-5-10)', async () => {
  const key = await createKey(client);
  await createKey(client);
  expect(await locate([identifier(key)])).toEqual([key]);
  expect(await locate([identifier('nothing')])).toEqual([]);
  await client.ok(operations.destroy, { uniqueIdentifier: key });
  expect(await locate([identifier(key)])).toEqual([]);
  expect(await locate([identifier(key), makeAttribute('State', 5)])).toEqual([key]);
});

it('criteria in a Template-Attribute, as FortiGate sends them', async () => {
  const key = await createKey(client, named('a'));
  await createKey(client, named('b'));
  const templateAttribute = { names: [], attributes: [named('a')] };
  expect(await locate([], { templateAttribute })).toEqual([key]);
});

it('an attribute that is newer than the request is unknown', async () => {
  const attributes = [makeAttribute('Sensitive', false)];
  expect(await askAs(client, '1.3', operations.locate, { attributes })).toMatch(/^InvalidField: .*Sensitive/);
  expect(await askAs(client, '1.4', operations.locate, { attributes })).toBe('Success');
});
