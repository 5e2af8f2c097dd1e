import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReadyLine } from '../../lab/index.ts';

const bin = fileURLToPath(new URL('../../bin/keyrig.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'keyrig-send-'));
let ready: ReadyLine;
let stop: () => Promise<void>;

beforeAll(async () => {
  const world = join(folder, 'world.scenario.yaml');
  writeFileSync(world, 'scenario: 1\nname: https\nworld:\n  kms: [{ https: true }]\n');
  const lab = spawn(process.execPath, [bin, 'up', '--json', '--ports', 'auto', world], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(lab.stdout), 'line');
  ready = JSON.parse(line);
  stop = async () => {
    const ended = once(lab, 'exit');
    lab.kill('SIGTERM');
    await ended;
  };
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

async function keyrig(args: string[], input: string) {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

// Discover Versions with the version 1.2 alone, KMIP 1.1 §4.26
const request = `<RequestMessage>
  <RequestHeader>
    <ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/><ProtocolVersionMinor type="Integer" value="1"/></ProtocolVersion>
    <BatchCount type="Integer" value="1"/>
  </RequestHeader>
  <BatchItem>
    <Operation type="Enumeration" value="DiscoverVersions"/>
    <RequestPayload>
      <ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/><ProtocolVersionMinor type="Integer" value="2"/></ProtocolVersion>
    </RequestPayload>
  </BatchItem>
</RequestMessage>`;

const payload =
  /<ResponsePayload>\s*<ProtocolVersion>\s*<ProtocolVersionMajor type="Integer" value="1"\/>\s*<ProtocolVersionMinor type="Integer" value="2"\/>\s*<\/ProtocolVersion>\s*<\/ResponsePayload>/;

it.each(['tls', 'https', 'https-xml', 'https-json'])('keyrig kmip send --over %s', async (transport) => {
  const { kmip, pki } = ready;
  const server = transport === 'tls' ? `${kmip.host}:${kmip.port}` : new URL(kmip.httpsUrl ?? '').host;
  const access = ['--server', server, '--ca', pki.ca, '--cert', pki.clientCert, '--key', pki.clientKey];
  const ended = await keyrig(['kmip', 'send', ...access, '--over', transport, '--xml'], request);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(payload);
});

it('a server that does not speak HTTP is told from one that does', async () => {
  const { kmip, pki } = ready;
  const server = `${kmip.host}:${kmip.port}`;
  const access = ['--server', server, '--ca', pki.ca, '--cert', pki.clientCert, '--key', pki.clientKey];
  const ended = await keyrig(['kmip', 'send', ...access, '--over', 'https-xml'], request);
  expect(ended.code).not.toBe(0);
  expect(ended.stderr).toContain('/kmip');
});
