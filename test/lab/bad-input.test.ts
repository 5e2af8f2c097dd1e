import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
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

/** A TLS connection to the KMS with the client certificate of the ready line. */
async function kmipSession({ ready: { kmip, pki } }: LabProcess): Promise<TLSSocket> {
  const [ca, cert, key] = [pki.ca, pki.clientCert, pki.clientKey].map((path) => readFileSync(path));
  const socket = connectTls({ ...kmip, ca, cert, key, servername: 'localhost' });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

const folder = mkdtempSync(join(tmpdir(), 'keyrig-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

function scenarioFile(lines: string[]): string {
  const path = join(folder, 'bad.scenario.yaml');
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
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
    expect(events).toContain('lab.control.refused');
  });

  it('a KMIP message that announces too much is refused and journalled', async () => {
    const socket = await kmipSession(lab);
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

  it('a SOAP message over the limit and one with a document type are refused and journalled', async () => {
    const post = async (body: string) => {
      const { request } = await import('node:https');
      const call = request(lab.ready.vcenter.url, { method: 'POST', ca: readFileSync(lab.ready.pki.ca) });
      const answered = once(call, 'response').then(([{ statusCode }]) => statusCode as number);
      call.end(body);
      const status = await answered.catch(() => 'closed');
      call.destroy();
      return status;
    };
    const last = (await controlJournal(lab)).at(-1)?.seq ?? 0;
    expect([413, 500, 'closed']).toContain(await post(`<!--${'x'.repeat(64 * 1024 * 1024)}-->`));
    expect(await post('<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>')).toBe(500);
    const entries = (await controlJournal(lab)).filter(({ seq, plane }) => seq > last && plane === 'vcenter');
    expect(entries.filter(({ level }) => level === 'warn').length).toBeGreaterThanOrEqual(2);
    await isAlive();
  });

  it('half-open connections on every port do not keep the lab from living', async () => {
    const sockets = await Promise.all(Object.values(portsOf(lab)).map(open));
    for (const socket of sockets) socket.write(Buffer.from('16', 'hex'));
    await isAlive();
    for (const socket of sockets) socket.destroy();
  });

  it('nothing secret is in the journal, nor in what the lab prints besides its ready line', async () => {
    const { pki, vcenter, ovh } = lab.ready;
    const client = vcenterClient(lab, 'a-guessed-password');
    await expect(client.find('HostSystem', 'esxi-1.lab')).rejects.toThrow();
    client.close();
    const journal = JSON.stringify(await controlJournal(lab));
    const printed = lab.output.stdout.split('\n').slice(1).join('\n') + lab.output.stderr;
    const keyLine = readFileSync(pki.clientKey, 'utf8').split('\n')[1] ?? '';
    for (const secret of [vcenter.password, 'a-guessed-password', ovh.applicationSecret, ovh.consumerKey, keyLine]) {
      expect(secret.length).toBeGreaterThan(10);
      expect(journal.includes(secret)).toBe(false);
      expect(printed.includes(secret)).toBe(false);
    }
  });
});

function vcenterClient({ ready }: LabProcess, password = ready.vcenter.password): VcenterClient {
  const { hostname, port } = new URL(ready.vcenter.url);
  const { username } = ready.vcenter;
  return new VcenterClient({
    host: hostname,
    port: Number(port),
    ca: readFileSync(ready.pki.ca, 'utf8'),
    username,
    password,
  });
}

it('SIGTERM ends the lab while connections are open, half-open and waiting', async () => {
  const lab = await startLab(['--log-level', 'silent']);
  const sockets = await Promise.all(Object.values(portsOf(lab)).map(open));
  sockets[0]?.write(Buffer.from('1603', 'hex'));
  const session = await kmipSession(lab);
  // The head of a Request Message (420078) of 96 bytes, and nothing behind it.
  session.write(Buffer.from('4200780100000060', 'hex'));
  sockets.push(session);
  const client = vcenterClient(lab);
  const waiting = client
    .call('WaitForUpdatesEx', { type: 'PropertyCollector', value: 'propertyCollector' }, '<version></version>')
    .then(
      () => 'answered',
      () => 'ended',
    );
  await client.find('HostSystem', 'esxi-1.lab');
  // Throws when it hangs, or when the exit code is not 0.
  await lab.stop();
  await waiting;
  await Promise.all(sockets.map((socket) => socket.destroyed || once(socket, 'close')));
  client.close();
});

describe('SIGTERM during the start ends it', () => {
  const bin = new URL('../../bin/keyrig.js', import.meta.url).pathname;

  it.each([
    ['before anything is open', ''],
    ['when the KMS listens', 'KMIP server on'],
    ['when vCenter listens', 'vCenter 7.0.3 listens'],
    ['while the world is being prepared', 'fault "mute" fires'],
  ])('%s', async (_, sign) => {
    // A KMS that never answers, and a vCenter that would wait for it longer than this test.
    const path = scenarioFile([
      'scenario: 1',
      'name: mute',
      'world: { gateway: open, vcenter: { keyProviders: [{ name: kp, timeoutSeconds: 600 }] } }',
      'faults: [{ id: mute, at: kmip.connection, then: { hang: true } }]',
    ]);
    const child = spawn(process.execPath, [bin, 'up', path, '--ports', 'auto', '--json', '--log-level', 'info'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    await once(child, 'spawn');
    let stderr = '';
    while (!stderr.includes(sign)) stderr += String((await once(child.stderr, 'data'))[0]);
    child.stderr.resume();
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    expect(stdout).toBe('');
  });
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

describe('a broken scenario file: file, line, column, what was expected; exit 2, nothing started', () => {
  const cases: [name: string, lines: string[], problem: string][] = [
    [
      'an unknown key in the world',
      ['scenario: 1', 'name: x', 'world:', '  gatway: open'],
      ':4:3: unknown key "gatway"; did you mean "gateway"?',
    ],
    [
      'an unknown verb',
      ['scenario: 1', 'name: x', 'steps:', '  - do: vcenter.creatVm'],
      ':4:9: unknown verb "vcenter.creatVm"; did you mean "vcenter.createVm"?',
    ],
    [
      'a value of the wrong type',
      ['scenario: 1', 'name: x', 'steps:', '  - do: vcenter.createVm', '    with: { name: x, hardwareVersion: old }'],
      ':5:39: "steps.0.with.hardwareVersion" is "old"; expected a number',
    ],
    [
      'an unknown fault point',
      ['scenario: 1', 'name: x', 'faults:', '  - id: f', '    at: kmip.requst', '    then: { hang: true }'],
      ':5:9: "faults.0.at" is "kmip.requst"; expected one of ',
    ],
    ['another version of the language', ['scenario: 2', 'name: x'], ':1:11: "scenario" is 2; expected 1'],
    ['a key twice', ['scenario: 1', 'name: x', 'name: y'], ':3:1: this key is there twice'],
    ['text that is not YAML', ['scenario: 1', 'name: "x'], ':3:1: Missing closing "quote'],
    ['JSON that is not a scenario', ['{ "name": 1 }'], ':1:'],
  ];

  it.each(cases)('%s', async (_, lines, problem) => {
    const path = scenarioFile(lines);
    const journal = join(folder, 'journal.jsonl');
    const ran = await runKeyrig('run', path, '--journal', journal);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain(`${path}${problem}`);
    expect(existsSync(journal)).toBe(false);
    // Every port that opens would be in the log, the ready line on standard output.
    expect(await runKeyrig('up', path, '--ports', 'auto', '--json', '--log-level', 'info')).toEqual(ran);
  });
});
