import { expect, test } from 'vitest';
import { password, startLab, username } from '../lab.ts';
import { type RestLab, restLab, withRest } from './client.ts';

/*
 * The protocol of VMware's SDKs: requests as Broadcom's Python runtime 9.1.1 sends them, answers as it reads them.
 */

const session = 'com.vmware.cis.session';
const providers = 'com.vmware.vcenter.crypto_manager.kms.providers';
const errors = 'com.vmware.vapi.std.errors';
const scheme = 'com.vmware.vapi.std.security';

const optional = (value: unknown) => ({ OPTIONAL: value });
const structure = (name: string, fields: object) => ({ STRUCTURE: { [name]: fields } });
const login = (pass = password) => ({ schemeId: `${scheme}.user_pass`, userName: username, password: pass });

const post = (lab: RestLab, message: unknown) =>
  lab.rest('POST', '/api', typeof message === 'string' ? { raw: message, token: '' } : { body: message, token: '' });

/** The result of an invocation: `{ output }` or `{ error }`. */
async function invoke(lab: RestLab, serviceId: string, operationId: string, input: object = {}, security?: object) {
  const securityCtx = security ?? { schemeId: `${scheme}.session_id`, sessionId: lab.token };
  const ctx = { appCtx: { opId: '3d3b9b7c' }, securityCtx };
  const params = { serviceId, operationId, ctx, input: structure('operation-input', input) };
  const answer = await post(lab, { jsonrpc: '2.0', id: '7', method: 'invoke', params });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  const { jsonrpc, id, result } = answer.json as { jsonrpc: string; id: string; result: Record<string, unknown> };
  expect([jsonrpc, id]).toEqual(['2.0', '7']);
  return result;
}

const localized = (id: string, default_message: string, args: string[] = []) =>
  structure('com.vmware.vapi.std.localizable_message', {
    id,
    default_message,
    args,
    params: optional(null),
    localized: optional(null),
  });

test.each(['6.7', '8.0'] as const)('a vCenter %s: log in, look, log out', async (version) => {
  const lab = withRest(await startLab({ version }));
  const { output } = (await invoke(lab, session, 'create', {}, login())) as { output: { SECRET: string } };
  lab.token = output.SECRET;
  expect(lab.token).toMatch(/^[0-9a-f]{40}$/);
  const time = '2026-01-02T03:04:05.000Z';
  expect(await invoke(lab, session, 'get')).toEqual({
    output: structure(`${session}.info`, { user: username, created_time: time, last_accessed_time: time }),
  });
  expect(await invoke(lab, session, 'delete')).toEqual({ output: null });
  expect(await invoke(lab, session, 'get')).toMatchObject({ error: { ERROR: { [`${errors}.unauthenticated`]: {} } } });
});

test('a wrong password is an error with a challenge; the event names who it was', async () => {
  const lab = withRest(await startLab());
  const { error } = await invoke(lab, session, 'create', {}, login('wrong'));
  expect(error).toEqual({
    ERROR: {
      [`${errors}.unauthenticated`]: {
        messages: [localized('com.vmware.vapi.endpoint.method.authentication.required', 'Authentication required.')],
        data: optional(null),
        error_type: optional('UNAUTHENTICATED'),
        challenge: optional(expect.stringMatching(/^Basic realm="VAPI endpoint",SIGN /)),
      },
    },
  });
  expect(lab.mock.events.all.map((event) => event._type)).toEqual(['BadUsernameSessionEvent']);
  // Without anything, and with a token that was signed by somebody else.
  for (const security of [{}, { schemeId: `${scheme}.saml_bearer_token`, samlToken: '<a/>' }]) {
    expect(await invoke(lab, session, 'create', {}, security)).toHaveProperty('error');
  }
});

test('lists take filters, structures say what they are', async () => {
  const lab = await restLab();
  const vm = 'com.vmware.vcenter.VM';
  const filter = (fields: object) => ({ filter: optional(structure(`${vm}.filter_spec`, fields)) });
  expect(await invoke(lab, vm, 'list', filter({ names: optional(['web']), hosts: optional(null) }))).toEqual({
    output: [
      structure(`${vm}.summary`, {
        vm: lab.ref('web'),
        name: 'web',
        power_state: expect.any(String),
        cpu_count: optional(expect.any(Number)),
        memory_size_MiB: optional(expect.any(Number)),
      }),
    ],
  });
  const all = (await invoke(lab, vm, 'list', { filter: optional(null) })) as { output: unknown[] };
  expect(all.output.length).toBeGreaterThan(1);
  const { output } = (await invoke(lab, vm, 'get', { vm: lab.ref('web') })) as {
    output: { STRUCTURE: Record<string, { disks: unknown; identity: unknown }> };
  };
  expect(output.STRUCTURE[`${vm}.info`]!.disks).toMatchObject([
    structure('map-entry', {
      key: '2000',
      value: structure('com.vmware.vcenter.vm.hardware.disk.info', {
        scsi: optional(structure('com.vmware.vcenter.vm.hardware.scsi_address_info', { bus: 0, unit: 0 })),
        ide: optional(null),
      }),
    }),
  ]);
  expect(output.STRUCTURE[`${vm}.info`]!.identity).toMatchObject({
    OPTIONAL: { STRUCTURE: { 'com.vmware.vcenter.vm.identity.info': { name: 'web' } } },
  });
});

test.each([
  ['8.0', ['host', 'name', 'connection_state', 'power_state']],
  ['9.0', ['host', 'name', 'connection_state', 'power_state', 'host_uuid']],
] as const)('a vCenter %s does not tell of what came later', async (version, members) => {
  const lab = await restLab({ version });
  const { output } = (await invoke(lab, 'com.vmware.vcenter.host', 'list', { filter: optional(null) })) as {
    output: { STRUCTURE: Record<string, object> }[];
  };
  expect(Object.keys(output[0]!.STRUCTURE['com.vmware.vcenter.host.summary']!)).toEqual(members);
});

test('a native key provider is made, backed up, deleted and restored', async () => {
  const lab = await restLab();
  const spec = (name: string, fields: object) => ({ spec: structure(`${providers}.${name}`, fields) });
  const constraints = optional(structure(`${providers}.constraints_spec`, { tpm_required: optional(false) }));
  expect(await invoke(lab, providers, 'create', spec('create_spec', { provider: 'nkp', constraints }))).toEqual({
    output: null,
  });
  const asked = spec('export_spec', { provider: 'nkp', password: optional({ SECRET: 'of-the-backup' }) });
  const { output } = (await invoke(lab, providers, 'export', asked)) as {
    output: { STRUCTURE: Record<string, { location: { OPTIONAL: { STRUCTURE: Record<string, Location> } } }> };
  };
  type Location = { url: string; download_token: { STRUCTURE: Record<string, { token: { SECRET: string } }> } };
  const { url, download_token } =
    output.STRUCTURE[`${providers}.export_result`]!.location.OPTIONAL.STRUCTURE[`${providers}.location`]!;
  const { token } = download_token.STRUCTURE[`${providers}.token`]!;
  const file = await lab.rest('GET', new URL(url).pathname, { headers: { authorization: `Bearer ${token.SECRET}` } });
  expect(await invoke(lab, providers, 'delete', { provider: 'nkp' })).toEqual({ output: null });
  const config = optional({ BINARY: file.bytes.toString('base64') });
  const restored = spec('import_spec', { config, password: optional({ SECRET: 'of-the-backup' }) });
  expect(await invoke(lab, providers, 'import_provider', restored)).toMatchObject({
    output: structure(`${providers}.import_result`, { provider: 'nkp', type: 'NATIVE' }),
  });
  const journal = JSON.stringify(lab.runtime.journal.entries());
  for (const secret of ['of-the-backup', token.SECRET, lab.token]) expect(journal).not.toContain(secret);
});

test('what an input should not have, and what it lacks, is refused', async () => {
  const lab = await restLab();
  const refused = { error: { ERROR: { [`${errors}.invalid_argument`]: {} } } };
  const create = structure(`${providers}.create_spec`, { provider: 'nkp', colour: 'red' });
  const filter = optional(structure('com.vmware.vcenter.VM.filter_spec', { colours: optional(['red']) }));
  for (const [service, operation, input] of [
    [providers, 'create', {}],
    [providers, 'create', { spec: create }],
    [providers, 'get', {}],
    [providers, 'get', { provider: '' }],
    [providers, 'delete', { provider: '' }],
    ['com.vmware.vcenter.VM', 'get', { vm: 5 }],
    ['com.vmware.vcenter.VM', 'list', { filter }],
    ['com.vmware.vcenter.VM', 'list', { colour: 'red' }],
  ] as const) {
    expect(await invoke(lab, service, operation, input), `${service} ${operation}`).toMatchObject(refused);
  }
  expect((await lab.rest('GET', '/api/vcenter/crypto-manager/kms/providers')).json).toEqual([]);
});

test('what is not served is operation_not_found, with a warning', async () => {
  const lab = await restLab();
  for (const [service, operation, id, text] of [
    ['com.vmware.content.library', 'list', 'interface', "Cannot find service 'com.vmware.content.library'."],
    [providers, 'brew', 'method', `Cannot find method 'brew' in service '${providers}'.`],
  ] as const) {
    expect(await invoke(lab, service, operation)).toMatchObject({
      error: {
        ERROR: {
          [`${errors}.operation_not_found`]: {
            messages: [
              {
                STRUCTURE: {
                  'com.vmware.vapi.std.localizable_message': {
                    id: `vapi.method.input.invalid.${id}`,
                    default_message: text,
                  },
                },
              },
            ],
          },
        },
      },
    });
  }
  expect(lab.runtime.journal.entries({ event: 'vcenter.unknown' })).toHaveLength(2);
});

test.each([
  ['no JSON', '{', -32700],
  ['no object', '[]', -32600],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"invoke"}', -32600],
  ['another method', '{"jsonrpc":"2.0","id":1,"method":"sing"}', -32601],
  ['no parameters', '{"jsonrpc":"2.0","id":1,"method":"invoke"}', -32602],
  [
    'an input that is no structure',
    '{"jsonrpc":"2.0","id":1,"method":"invoke","params":{"serviceId":"a","operationId":"b","input":[]}}',
    -32602,
  ],
  [
    'an input without end',
    `{"jsonrpc":"2.0","id":1,"method":"invoke","params":{"serviceId":"a","operationId":"b","input":${'{"OPTIONAL":'.repeat(200_000)}1${'}'.repeat(200_000)}}}`,
    -32602,
  ],
])('%s is an error of JSON-RPC', async (_name, raw, code) => {
  const lab = await restLab();
  expect(await post(lab, raw)).toMatchObject({ status: 200, json: { jsonrpc: '2.0', error: { code } } });
  expect((await lab.rest('GET', '/api/session')).status).toBe(200);
});
