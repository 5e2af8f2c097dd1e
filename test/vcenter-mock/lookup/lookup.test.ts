import { request } from 'node:https';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { envelope, type Lab, startLab, textOf } from '../lab.ts';

const call = (lab: Lab, method: string, content = '', type = 'LookupServiceRegistration', id = 'ServiceRegistration') =>
  lab.send(
    '/lookupservice/sdk',
    envelope(`<${method} xmlns="urn:lookup"><_this type="${type}">${id}</_this>${content}</${method}>`),
  );

test('the service content names the registration service, without a session', async () => {
  const lab = await startLab();
  const answer = await call(lab, 'RetrieveServiceContent', '', 'LookupServiceInstance', 'ServiceInstance');
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('<RetrieveServiceContentResponse xmlns="urn:lookup">');
  expect(answer.body).toContain(
    '<serviceRegistration type="LookupServiceRegistration">ServiceRegistration</serviceRegistration>',
  );
});

test('List gives the security token service and the vCenter as the client reached them', async () => {
  const lab = await startLab();
  const origin = `https://127.0.0.1:${lab.mock.port}`;
  const { body } = await call(lab, 'List', '<filterCriteria/>');
  expect(body.match(/<returnval>/g)).toHaveLength(2);
  expect(body).toContain(`<url>${origin}/sts/STSService/vsphere.local</url>`);
  expect(body).toContain(`<url>${origin}/sdk</url>`);
  expect(body).toContain(`<serviceId>${lab.mock.vc.instanceUuid}</serviceId>`);
});

test.each([
  [
    'product and type',
    '<serviceType><product>com.vmware.cis</product><type>cs.identity</type></serviceType>',
    'cs.identity',
  ],
  ['endpoint', '<endpointType><protocol>vmomi</protocol><type>com.vmware.vim</type></endpointType>', 'vcenterserver'],
  [
    'nothing that fits',
    '<serviceType><product>com.vmware.cis</product><type>cs.license</type></serviceType>',
    undefined,
  ],
])('List filters by %s', async (_what, filter, type) => {
  const lab = await startLab();
  const { body } = await call(lab, 'List', `<filterCriteria>${filter}</filterCriteria>`);
  expect(textOf(textOf(body, 'serviceType') ?? '', 'type')).toBe(type);
  expect(body.match(/<returnval>/g)?.length ?? 0).toBe(type ? 1 : 0);
});

test('the certificate to trust is the one of the connection', async () => {
  const lab = await startLab();
  const { body } = await call(lab, 'List', '<filterCriteria/>');
  const shown = await new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: lab.mock.port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().raw.toString('base64'));
      socket.end();
    });
    socket.on('error', reject);
  });
  expect(textOf(body, 'sslTrust')).toBe(shown);
});

test('what it does not know is a fault', async () => {
  const lab = await startLab();
  expect((await call(lab, 'Create')).body).toContain('MethodNotFoundFault');
  expect((await call(lab, 'Get', '<serviceId>nothing</serviceId>')).body).toContain('LookupFaultEntryNotFoundFault');
  const answer = await lab.send('/lookupservice/sdk', envelope('<List xmlns="urn:vim25"/>'));
  expect([answer.status, answer.body]).toEqual([500, expect.stringContaining('InvalidRequestFault')]);
});

test('a second port answers the same and ends with the first', async () => {
  const lab = await startLab({ lookupPort: 0 });
  const { lookupPort, port } = lab.mock;
  expect(lookupPort).toBeGreaterThan(0);
  expect(lookupPort).not.toBe(port);
  const ask = (path: string) =>
    new Promise<string>((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port: lookupPort, path, rejectUnauthorized: false, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve(text));
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
  expect(await ask('/sdk/vimServiceVersions.xml')).toContain('urn:vim25');
  await lab.mock.stop();
  await expect(ask('/sdk/vimServiceVersions.xml')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a second port that is taken is said by its number', async () => {
  const first = await startLab();
  const failed = startLab({ lookupPort: first.mock.port });
  await expect(failed).rejects.toMatchObject({ code: 'ERR_PORT_IN_USE', details: { port: first.mock.port } });
});
