import { afterEach, describe, expect, it } from 'vitest';
import { enumName, operations, QueryFunction } from '../../kmip/index.ts';
import { type Client, cleanUp, connect, startLab } from './lab.ts';

afterEach(cleanUp);

const ask = (client: Client, minor: number, ...queryFunctions: number[]) =>
  client.ok(operations.query, { queryFunctions }, { protocolVersion: { major: 1, minor } });

describe('Query, KMIP 1.1 §4.25', () => {
  it('answers what is asked only', async () => {
    const client = await connect(await startLab());
    const nothing = await ask(client, 4);
    for (const answer of Object.values(nothing)) expect(answer).toEqual([]);
    const objects = await ask(client, 4, QueryFunction.QueryObjects);
    expect(objects.objectTypes).not.toEqual([]);
    expect(objects.operations).toEqual([]);
    expect(objects).not.toHaveProperty('vendorIdentification');
  });

  it('Query Server Information has both fields', async () => {
    const client = await connect(await startLab());
    expect(await ask(client, 0, QueryFunction.QueryServerInformation)).toMatchObject({
      vendorIdentification: 'keyrig KMIP test server',
      serverInformation: { value: [] },
    });
  });

  it('Query Extension List has names, Query Extension Map tags and types as well (OASIS TC-122-11)', async () => {
    const extensions = [
      { name: 'ACME LOCATION', tag: 0x54aa01, type: 7 },
      { name: 'ACME ZIP CODE', tag: 0x54aa02, type: 2 },
    ];
    const client = await connect(await startLab({ extensions }));
    expect((await ask(client, 1, QueryFunction.QueryExtensionList)).extensionInformation).toEqual([
      { extensionName: 'ACME LOCATION' },
      { extensionName: 'ACME ZIP CODE' },
    ]);
    const map = [
      { extensionName: 'ACME LOCATION', extensionTag: 5548545, extensionType: 7 },
      { extensionName: 'ACME ZIP CODE', extensionTag: 5548546, extensionType: 2 },
    ];
    expect((await ask(client, 1, QueryFunction.QueryExtensionMap)).extensionInformation).toEqual(map);
    expect((await ask(client, 0, QueryFunction.QueryExtensionMap)).extensionInformation).toEqual([]);
  });

  it('Query Application Namespaces', async () => {
    const client = await connect(await startLab({ applicationNamespaces: ['ssl', 'LIBRARY-LTO'] }));
    expect((await ask(client, 0, QueryFunction.QueryApplicationNamespaces)).applicationNamespaces).toEqual([
      'ssl',
      'LIBRARY-LTO',
    ]);
  });
});

describe('Query of KMIP 1.3 and 1.4', () => {
  it('Query Capabilities; the batch capabilities came with 1.4 (OASIS TC-Q-CAP-1-14)', async () => {
    const client = await connect(await startLab());
    const [at14] = (await ask(client, 4, QueryFunction.QueryCapabilities)).capabilityInformation;
    expect(at14).toEqual({
      streamingCapability: true,
      asynchronousCapability: true,
      attestationCapability: false,
      batchUndoCapability: true,
      batchContinueCapability: true,
      unwrapMode: 1,
      destroyAction: 1,
      shreddingAlgorithm: 1,
      rngMode: 1,
    });
    const [at13] = (await ask(client, 3, QueryFunction.QueryCapabilities)).capabilityInformation;
    expect(at13).not.toHaveProperty('batchUndoCapability');
    expect(at13).toMatchObject({ asynchronousCapability: true });
    expect((await ask(client, 2, QueryFunction.QueryCapabilities)).capabilityInformation).toEqual([]);
  });

  it('Query Profiles names only those that the version of the message knows (OASIS TC-Q-PROF-1-14)', async () => {
    const client = await connect(await startLab());
    const at = async (minor: number) =>
      (await ask(client, minor, QueryFunction.QueryProfiles)).profileInformation.map(({ profileName }) =>
        enumName('ProfileName', profileName),
      );
    expect(await at(4)).toEqual(
      expect.arrayContaining([
        'Tape Library Server KMIP v1.2',
        'Tape Library Server KMIP v1.3',
        'Tape Library Server KMIP v1.4',
        'Baseline Server TLS v1.2 KMIP v1.4',
      ]),
    );
    expect(await at(3)).toContain('Tape Library Server KMIP v1.3');
    expect((await at(3)).filter((name) => name?.endsWith('v1.4'))).toEqual([]);
    expect(await at(2)).toEqual([]);
  });

  it('profiles of versions that the server does not speak are not claimed', async () => {
    const client = await connect(await startLab({ versions: ['1.3'] }));
    const { profileInformation } = await ask(client, 3, QueryFunction.QueryProfiles);
    const names = profileInformation.map(({ profileName }) => enumName('ProfileName', profileName));
    expect(names.filter((name) => !name?.endsWith('v1.3'))).toEqual([]);
    expect(names).toContain('Symmetric Key Foundry Server KMIP v1.3');
  });

  it('the profiles of HTTPS, XML and JSON are claimed where they are spoken, with their port', async () => {
    const named = async (https?: object) => {
      const lab = await startLab(https ? { https } : {});
      const { profileInformation } = await ask(await connect(lab), 4, QueryFunction.QueryProfiles);
      const found = profileInformation.filter(({ profileName }) =>
        /^(HTTPS|JSON|XML) Server KMIP v1\.4$/.test(enumName('ProfileName', profileName) ?? ''),
      );
      return { found, port: lab.server.httpsPort };
    };
    expect((await named()).found).toEqual([]);
    const { found, port } = await named({ port: 0 });
    expect(found.map(({ serverPort }) => serverPort)).toEqual([port, port, port]);
  });

  it('Query RNGs; no validations, attestation types and registration methods', async () => {
    const client = await connect(await startLab());
    const { rngParameters, ...rest } = await ask(
      client,
      3,
      QueryFunction.QueryRNGs,
      QueryFunction.QueryValidations,
      QueryFunction.QueryAttestationTypes,
      QueryFunction.QueryClientRegistrationMethods,
    );
    expect(rngParameters).toMatchObject([{ rngAlgorithm: 3 }]);
    for (const answer of Object.values(rest)) expect(answer).toEqual([]);
  });
});
