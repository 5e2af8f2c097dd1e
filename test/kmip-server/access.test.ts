import { afterEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../core/index.ts';
import { makeAttribute, NameType, ObjectType, operations } from '../../kmip/index.ts';
import type { AccessRule, KnownClient } from '../../kmip-server/index.ts';
import { type Client, cleanUp, connect, type Lab, startLab } from './lab.ts';
import { aes, createKey, named } from './requests.ts';

afterEach(cleanUp);

const get = (client: Client, uniqueIdentifier: string) => client.refused(operations.get, { uniqueIdentifier });
const create = (client: Client, ...more: Parameters<typeof aes>) =>
  client.refused(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes(...more) });
const located = async (client: Client) => (await client.ok(operations.locate, { attributes: [] })).uniqueIdentifiers;

/** The clients `vcenter` and `other`. */
async function both(lab: Lab): Promise<[Client, Client]> {
  return [await connect(lab), await connect(lab, { identity: lab.other })];
}

describe('default operation policy, KMIP 1.1 §3.18.2', () => {
  it("a secret object is its creator's", async () => {
    const [client, other] = await both(await startLab());
    const key = await createKey(client);
    expect(await get(other, key)).toBe('PermissionDenied: Get is not allowed: the object belongs to another client.');
    expect(await located(other)).toEqual([]);
    expect(await get(client, key)).toBe('Success');
  });

  it('a public template can be used and read by all, and changed by nobody', async () => {
    const [client, other] = await both(await startLab());
    const policy = makeAttribute('Operation Policy Name', 'public');
    const { uniqueIdentifier } = await client.ok(operations.register, {
      objectType: ObjectType.Template,
      templateAttribute: { names: [], attributes: [named('t'), policy] },
      object: { objectType: ObjectType.Template, attributes: [makeAttribute('Cryptographic Length', 256)] },
    });
    expect(await get(other, uniqueIdentifier)).toBe('Success');
    const names = [{ nameValue: 't', nameType: NameType.UninterpretedTextString }];
    const { attributes } = aes();
    const templateAttribute = { names, attributes: attributes.slice(0, 2) };
    await other.ok(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute });
    for (const by of [client, other]) {
      expect(await by.refused(operations.destroy, { uniqueIdentifier })).toMatch(/^PermissionDenied: /);
    }
  });
});

describe('operation policies of the server', () => {
  const policies = { 'read-all': { Get: 'all', Locate: 'all' }, sealed: { Get: 'none' } } as const;
  const naming = (name: string) => makeAttribute('Operation Policy Name', name);

  it('say who may use an operation on the objects that name them; the rest is for the owner', async () => {
    const [client, other] = await both(await startLab({ policies }));
    const key = await createKey(client, naming('read-all'));
    expect(await located(other)).toEqual([key]);
    expect(await get(other, key)).toBe('Success');
    expect(await other.refused(operations.destroy, { uniqueIdentifier: key })).toMatch(/^PermissionDenied: /);
    expect(await client.refused(operations.destroy, { uniqueIdentifier: key })).toBe('Success');
  });

  it('can forbid an operation to the owner, too', async () => {
    const client = await connect(await startLab({ policies }));
    expect(await get(client, await createKey(client, naming('sealed')))).toBe(
      'PermissionDenied: Get is not allowed: its operation policy forbids it.',
    );
  });

  it('a name that is none is an Invalid Field', async () => {
    const client = await connect(await startLab({ policies }));
    expect(await create(client, naming('other'))).toMatch(/^InvalidField: There is no Operation Policy Name "other"/);
    expect(await create(client, naming('public'))).toMatch(/^InvalidField: /);
  });

  it('wrong declarations are refused at the start', async () => {
    const refused = { code: 'ERR_OPTION' };
    await expect(startLab({ policies: { default: {} } })).rejects.toMatchObject(refused);
    await expect(startLab({ policies: { mine: { Gett: 'all' } } })).rejects.toMatchObject(refused);
    await expect(startLab({ access: [{ operations: ['Gett'] }] })).rejects.toMatchObject(refused);
  });
});

describe('access rules', () => {
  const labWith = (access: AccessRule[], clients: KnownClient[] = []) => startLab({ access, clients });

  it('a client of whom a rule speaks may use the operations of the rule only', async () => {
    const [client, other] = await both(await labWith([{ who: 'other', operations: ['Create', 'Query'] }]));
    expect(await create(other)).toBe('Success');
    expect(await other.refused(operations.locate, { attributes: [] })).toBe(
      'PermissionDenied: Locate is not allowed for the client other.',
    );
    expect(await client.refused(operations.locate, { attributes: [] })).toBe('Success');
  });

  it('any: everyone’s objects, with those operations', async () => {
    const access: AccessRule[] = [{ who: { matches: '^oth' }, operations: ['Get', 'Locate'], objects: 'any' }];
    const [client, other] = await both(await labWith(access));
    const key = await createKey(client);
    expect(await located(other)).toEqual([key]);
    expect(await get(other, key)).toBe('Success');
  });

  it('several rules add up', async () => {
    const access: AccessRule[] = [{ who: 'other' }, { who: 'other', operations: ['Get'], objects: 'any' }];
    const [client, other] = await both(await labWith(access));
    const key = await createKey(client);
    expect(await get(other, key)).toBe('Success');
    expect(await located(other)).toEqual([]);
    expect(await create(other)).toBe('Success');
    expect(await other.refused(operations.destroy, { uniqueIdentifier: key })).toMatch(/^PermissionDenied: /);
  });

  it.each([
    ['hosts', 'Success'],
    ['backup', 'PermissionDenied: Get is not allowed: the object belongs to another client.'],
  ])('group: objects of clients of the same group; vcenter is of hosts, other of %s', async (group, expected) => {
    const clients = [
      { name: 'vcenter', group: 'hosts' },
      { name: 'other', group },
    ];
    const [client, other] = await both(await labWith([{ objects: 'group' }], clients));
    expect(await get(other, await createKey(client))).toBe(expected);
  });

  it('group: who is in no group shares nothing', async () => {
    const [client, other] = await both(await labWith([{ objects: 'group' }]));
    expect(await get(other, await createKey(client))).toMatch(/^PermissionDenied: /);
  });

  it('maxObjects: one more is refused, until one is destroyed', async () => {
    const lab = await labWith([{ who: 'vcenter', maxObjects: 2 }]);
    const [client, other] = await both(lab);
    const key = await createKey(client);
    await createKey(client);
    expect(await create(client)).toBe(
      'PermissionDenied: The client vcenter may have no more than 2 objects. Destroy one first.',
    );
    expect(lab.server.objects.list()).toHaveLength(2);
    expect(await client.refused(operations.activate, { uniqueIdentifier: key })).toBe('Success');
    for (let n = 0; n < 3; n++) expect(await create(other)).toBe('Success');
    const spare = (await located(client)).find((one) => one !== key) as string;
    await client.ok(operations.destroy, { uniqueIdentifier: spare });
    expect(await create(client)).toBe('Success');
  });
});

describe('clients by a rule on their certificates', () => {
  it.each<[string, KnownClient['match'], string]>([
    ['subject', { subject: { CN: 'vcenter' } }, 'the vcenter'],
    ['issuer', { issuer: { CN: { exists: true } }, subject: { CN: { matches: '^vc' } } }, 'the vcenter'],
    ['another subject', { subject: { CN: 'esxi' } }, 'vcenter'],
    ['a field that is not there', { subject: { OU: 'backup' } }, 'vcenter'],
  ])('%s', async (_name, match, owner) => {
    const lab = await startLab({ clients: [{ name: 'the vcenter', match: match! }] });
    await createKey(await connect(lab));
    expect(lab.server.objects.list()).toMatchObject([{ owner }]);
  });

  it('fingerprint and alternative names', async () => {
    const lab = await startLab({
      withPki: ({ client }) => ({
        clients: [{ name: 'by fingerprint', match: { sha256: fingerprint(client.certificatePem, 'sha256') } }],
      }),
    });
    await createKey(await connect(lab));
    expect(lab.server.objects.list()).toMatchObject([{ owner: 'by fingerprint' }]);
    const names = lab.authority.issueClient({ commonName: 'x', keys: lab.clientKeys, names: ['host.example'] });
    lab.server.trust({ name: 'by name', match: { dnsNames: { contains: 'host.example' } } });
    await createKey(await connect(lab, { identity: names }));
    expect(lab.server.objects.list().at(-1)).toMatchObject({ owner: 'by name' });
  });

  it('makes a client known, where only known ones are accepted', async () => {
    const clients = [{ name: 'esxi', match: { subject: { CN: { matches: '^vc' } } } }];
    const lab = await startLab({ requireKnownClient: true, clients });
    await createKey(await connect(lab));
    await expect(connect(lab, { identity: lab.other }).then((client) => createKey(client))).rejects.toThrow();
  });
});
