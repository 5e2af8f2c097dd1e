import { afterEach, describe, expect, it } from 'vitest';
import {
  BatchErrorContinuationOption,
  type Credential,
  CredentialType,
  kmipCall,
  ObjectType,
  operations,
} from '../../kmip/index.ts';
import { type Client, cleanUp, connect, refusal, startLab } from './lab.ts';
import { aes, createKey } from './requests.ts';

afterEach(cleanUp);

const credential = (username: string, password?: string) => ({
  authentication: { credential: { credentialType: CredentialType.UsernameAndPassword, username, password } },
});
const create = (client: Client, header = {}) =>
  client.refused(operations.create, { objectType: ObjectType.SymmetricKey, templateAttribute: aes() }, header);
const users = [
  { username: 'alice', password: 'wonderland' },
  { username: 'bob', password: 'builder' },
];

describe('Username and Password required, KMIP 1.1 §8', () => {
  it('right ones are accepted, and own the objects', async () => {
    const lab = await startLab({ credentials: 'required', users });
    const client = await connect(lab);
    expect(await create(client, credential('bob', 'builder'))).toBe('Success');
    expect(lab.server.objects.list()).toMatchObject([{ owner: 'bob' }]);
  });

  it.each([
    ['wrong password', credential('alice', 'builder'), 'The Username or the Password is wrong.'],
    ['wrong user', credential('carol', 'wonderland'), 'The Username or the Password is wrong.'],
    ['no password', credential('alice'), 'The Username or the Password is wrong.'],
    ['no credential', {}, 'The request carries no credential.'],
    [
      'another type of credential',
      { authentication: { credential: { credentialType: CredentialType.Device, deviceSerialNumber: '1' } } },
      'The Device credential is not that of a known device.',
    ],
  ])('%s: Authentication Not Successful', async (_name, header, message) => {
    const lab = await startLab({ credentials: 'required', users });
    const client = await connect(lab);
    expect(await create(client, header)).toBe(`AuthenticationNotSuccessful: ${message}`);
    expect(lab.server.objects.list()).toEqual([]);
    expect(JSON.stringify(lab.runtime.journal.entries())).not.toMatch(/wonderland|builder/);
  });

  it('Query and Discover Versions do without, but not with a wrong one', async () => {
    const client = await connect(await startLab({ credentials: 'required', users }));
    await client.ok(operations.query, { queryFunctions: [3] });
    await client.ok(operations.discoverVersions, { protocolVersions: [] });
    const wrong = credential('alice', 'x');
    expect(await client.refused(operations.discoverVersions, { protocolVersions: [] }, wrong)).toMatch(
      /^AuthenticationNotSuccessful: /,
    );
  });

  it('a client with a user of its own must show that one', async () => {
    const lab = await startLab({
      credentials: 'required',
      users,
      clients: [{ name: 'vcenter', username: 'vc', password: 'own' }],
    });
    const client = await connect(lab);
    expect(await create(client, credential('alice', 'wonderland'))).toMatch(/^AuthenticationNotSuccessful: /);
    expect(await create(client, credential('vc', 'own'))).toBe('Success');
    const other = await connect(lab, { identity: lab.other });
    expect(await create(other, credential('vc', 'own'))).toMatch(/^AuthenticationNotSuccessful: /);
    expect(await create(other, credential('alice', 'wonderland'))).toBe('Success');
  });
});

describe('optional', () => {
  const fred = credential('Fred', 'password1');
  const barney = credential('Barney', 'secret2');
  const start = () =>
    startLab({
      credentials: 'optional',
      users: [
        { username: 'Fred', password: 'password1' },
        { username: 'Barney', password: 'secret2' },
      ],
    });

  it('the creator by its credential is the owner; others with theirs are denied (OASIS TC-111-12)', async () => {
    const lab = await start();
    const client = await connect(lab);
    expect(await create(client, fred)).toBe('Success');
    const { uniqueIdentifier } = lab.server.objects.list()[0]!;
    await client.ok(operations.get, { uniqueIdentifier }, fred);
    const calls = [
      kmipCall(operations.get, { uniqueIdentifier }, Buffer.from('a')),
      kmipCall(operations.getAttributeList, { uniqueIdentifier }, Buffer.from('b')),
    ];
    const { items } = await client.batch(calls, {
      ...barney,
      batchErrorContinuationOption: BatchErrorContinuationOption.Continue,
    });
    expect(items.map(refusal)).toEqual([
      'PermissionDenied: Get is not allowed: the object belongs to another client.',
      'PermissionDenied: Get Attribute List is not allowed: the object belongs to another client.',
    ]);
    await client.ok(operations.destroy, { uniqueIdentifier }, fred);
  });

  it('without one, the certificate says who it is', async () => {
    const lab = await start();
    const client = await connect(lab);
    const key = await createKey(client);
    expect(lab.server.objects.get(key)).toMatchObject({ owner: 'vcenter' });
    expect(await client.refused(operations.get, { uniqueIdentifier: key }, fred)).toMatch(/^PermissionDenied: /);
  });

  it('a wrong one is refused', async () => {
    expect(await create(await connect(await start()), credential('Fred', 'x'))).toBe(
      'AuthenticationNotSuccessful: The Username or the Password is wrong.',
    );
  });
});

describe('Device credentials, KMIP 1.1 §2.1.2', () => {
  const { credentialType, ...whole } = {
    credentialType: CredentialType.Device,
    deviceSerialNumber: 'serNum123456',
    password: 'secret',
    deviceIdentifier: 'devID2233',
    networkIdentifier: 'netID9000',
    machineIdentifier: 'machineID1',
    mediaIdentifier: 'mediaID313',
  };
  const shown = (fields: object) => ({ authentication: { credential: { credentialType, ...fields } } });
  const start = (device: object) =>
    startLab({ credentials: 'required', devices: [{ name: 'tape 1', ...device }, { name: 'nothing known' }] });

  it('a device whose fields are all the same is accepted, and owns the objects', async () => {
    const lab = await start(whole);
    const client = await connect(lab);
    expect(await create(client, shown(whole))).toBe('Success');
    expect(lab.server.objects.list()).toMatchObject([{ owner: 'tape 1' }]);
  });

  it.each(Object.keys(whole))('another %s, or none, is refused', async (field) => {
    const lab = await start(whole);
    const client = await connect(lab);
    for (const value of ['other', undefined]) {
      expect(await create(client, shown({ ...whole, [field]: value }))).toBe(
        'AuthenticationNotSuccessful: The Device credential is not that of a known device.',
      );
    }
    expect(JSON.stringify(lab.runtime.journal.entries())).not.toContain('secret');
  });

  it('what the server does not know of a device may be anything', async () => {
    const client = await connect(await start({ deviceSerialNumber: 'serNum123456', password: 'secret' }));
    expect(await create(client, shown(whole))).toBe('Success');
    expect(await create(client, shown({ password: 'secret' }))).toMatch(/^AuthenticationNotSuccessful: /);
  });
});

describe('several credentials, KMIP 1.2 §2.1.2', () => {
  const protocolVersion = { major: 1, minor: 2 };
  const user: Credential = {
    credentialType: CredentialType.UsernameAndPassword,
    username: 'alice',
    password: 'wonderland',
  };
  const device: Credential = { credentialType: CredentialType.Device, deviceSerialNumber: '1' };
  const attestation: Credential = {
    credentialType: CredentialType.Attestation,
    nonce: { nonceId: Buffer.from('1'), nonceValue: Buffer.from('2') },
    attestationType: 1,
    attestationMeasurement: Buffer.from('3'),
  };
  const both = (credential: Credential, ...additionalCredentials: Credential[]) => ({
    protocolVersion,
    authentication: { credential, additionalCredentials },
  });

  it('of one identity are accepted; a wrong one among them, or one of another identity, is refused', async () => {
    const lab = await startLab({
      credentials: 'required',
      users,
      devices: [{ name: 'alice', deviceSerialNumber: '1' }],
    });
    const client = await connect(lab);
    expect(await create(client, both(user, device))).toBe('Success');
    expect(lab.server.objects.list()).toMatchObject([{ owner: 'alice' }]);
    const bob: Credential = { ...user, username: 'bob', password: 'builder' };
    for (const other of [bob, { ...device, deviceSerialNumber: '2' }]) {
      expect(await create(client, both(user, other))).toBe(
        'AuthenticationNotSuccessful: The credentials are not all right and of the same identity.',
      );
    }
  });

  it.each(['off', 'optional', 'required'] as const)(
    'an attestation is refused where they are %s',
    async (credentials) => {
      const client = await connect(await startLab({ credentials, users }));
      const expected = 'AttestationFailed: This server does not check attestations.';
      expect(await create(client, both(attestation))).toBe(expected);
      expect(await create(client, both(user, attestation))).toBe(expected);
    },
  );

  it('a client that could attest itself need not', async () => {
    const client = await connect(await startLab());
    expect(await create(client, { protocolVersion, attestationCapableIndicator: true })).toBe('Success');
  });
});

it('off: a credential is not looked at', async () => {
  const client = await connect(await startLab());
  expect(await create(client, credential('nobody', 'x'))).toBe('Success');
});
