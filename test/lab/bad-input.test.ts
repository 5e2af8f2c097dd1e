import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VcenterClient } from '../../lab/clients/vcenter.ts';
import { controlJournal, type LabProcess, runKeyrig, startLab } from '../interop/lab-process.ts';

/** Every port of a lab, by name. */
function portsOf({ ready }: LabProcess): Record<string, number> {
  const port = (url: string) => Number(new URL(url).port);
  return {
    kmip: ready.kmip.port,
    vcenter: port(ready.vcenter.url),
    ovh: port(ready.ovh.url),
    ovhHttp: port(ready.ovh.httpUrl),
    control: port(ready.control.url),
  };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Sends bytes and waits until the server has closed the connection. */
async function sendUntilClosed(port: number, bytes: Buffer): Promise<void> {
  const socket = await open(port);
  socket.resume();
  const closed = once(socket, 'close');
  socket.end(bytes);
  await closed;
}

describe('garbage, oversize and half-open connections', () => {
  let lab: LabProcess;
  beforeAll(async () => {
    lab = await startLab(['--log-level', 'silent']);
  });
  afterAll(() => lab.stop());

  async function isAlive(): Promise<void> {
    const { host, port } = lab.ready.kmip;
    expect((await runKeyrig('thumbprint', `${host}:${port}`)).code).toBe(0);
    expect((await fetch(`${lab.ready.ovh.httpUrl}/auth/time`)).status).toBe(200);
    expect((await fetch(`${lab.ready.control.url}/health`)).status).toBe(200);
    const client = vcenterClient(lab);
    expect((await client.call('CurrentTime', { type: 'ServiceInstance', value: 'ServiceInstance' })).name).toBe(
      'CurrentTimeResponse',
    );
    client.close();
  }

  it('garbage on every port is refused, the lab lives', async () => {
    const garbage = Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 37 + 11) % 256));
    for (const port of Object.values(portsOf(lab))) await sendUntilClosed(port, garbage);
    await isAlive();
    const events = (await controlJournal(lab)).filter(({ level }) => level === 'warn').map(({ event }) => event);
    expect(events).toContain('kmip.handshake.failed');
    expect(events).toContain('vcenter.connection.refused');
    expect(events).toContain('ovh.connection.refused');
  });

  it('a KMIP message that announces too much is refused and journalled', async () => {
    const { ready } = lab;
    const read = (path: string) => readFileSync(path);
    const socket = connectTls({
      ...ready.kmip,
      ca: read(ready.pki.ca),
      cert: read(ready.pki.clientCert),
      key: read(ready.pki.clientKey),
      servername: 'localhost',
    });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    // A Request Message (420078) of 2 GiB.
    socket.resume().write(Buffer.from('42007801 7ffffff8'.replace(' ', ''), 'hex'));
    await once(socket, 'close');
    const [entry] = (await controlJournal(lab)).filter(({ event }) => event === 'kmip.malformed');
    expect(entry?.text).toMatch(/limit|too large|exceed/i);
    await isAlive();
  });

  it('HTTP bodies over the limit are refused', async () => {
    const body = 'x'.repeat(8 * 1024 * 1024);
    const ovh = await fetch(`${lab.ready.ovh.httpUrl}/dedicatedCloud/pcc-192-0-2-10/vmEncryption/kms`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    }).then(
      ({ status }) => status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(ovh);
    await isAlive();
  });

  it('half-open connections on every port do not keep the lab from living', async () => {
    const sockets = await Promise.all(Object.values(portsOf(lab)).map(open));
    for (const socket of sockets) socket.write(Buffer.from('16', 'hex'));
    await isAlive();
    for (const socket of sockets) socket.destroy();
  });
});

function vcenterClient({ ready }: LabProcess): VcenterClient {
  const { hostname, port } = new URL(ready.vcenter.url);
  const { username, password } = ready.vcenter;
  return new VcenterClient({
    host: hostname,
    port: Number(port),
    ca: readFileSync(ready.pki.ca, 'utf8'),
    username,
    password,
  });
}

it('SIGTERM ends the lab within 2 s while connections are open, half-open and waiting', async () => {
  const lab = await startLab(['--log-level', 'silent']);
  const sockets = await Promise.all(Object.values(portsOf(lab)).map(open));
  sockets[0]?.write(Buffer.from('1603', 'hex'));
  const client = vcenterClient(lab);
  const waiting = client
    .call('WaitForUpdatesEx', { type: 'PropertyCollector', value: 'propertyCollector' }, '<version></version>')
    .then(
      () => 'answered',
      () => 'ended',
    );
  await client.find('HostSystem', 'esxi-1.lab');
  // Throws when it takes longer, or when the exit code is not 0.
  await lab.stop();
  await waiting;
  await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, 'close')));
  client.close();
});

describe('a port in use', () => {
  const options = ['--kmip-port', '--vcenter-port', '--ovh-port', '--ovh-http-port', '--control-port'];

  it.each(options)('%s: the message names the port and the option, the exit code is 3', async (option) => {
    const occupant = createServer().listen(0, '127.0.0.1');
    await once(occupant, 'listening');
    const { port } = occupant.address() as { port: number };
    const { code, stdout, stderr } = await runKeyrig(
      'up',
      '--ports',
      'auto',
      option,
      String(port),
      '--log-level',
      'silent',
    );
    occupant.close();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use; choose another with ${option}`);
  });
});

it('an ill-formed scenario starts nothing', async () => {
  const { code, stdout, stderr } = await runKeyrig('up', 'package.json', '--ports', 'auto', '--json');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^package\.json:\d+:\d+: /);
});
