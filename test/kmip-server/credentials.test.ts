import { afterEach, describe, expect, it } from 'vitest';
import { CredentialType, ObjectType, operations } from '../../kmip/index.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';
import { aes } from './requests.ts';

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
    ['no credential', {}, 'The request carries no Username and Password.'],
    [
      'another type of credential',
      { authentication: { credential: { credentialType: CredentialType.Device, deviceSerialNumber: '1' } } },
      'The Username or the Password is wrong.',
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

it('off: a credential is not looked at', async () => {
  const client = await connect(await startLab());
  expect(await create(client, credential('nobody', 'x'))).toBe('Success');
});
