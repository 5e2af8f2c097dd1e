import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ownServers, parseCase } from '../../lab/conformance/index.ts';

const bin = fileURLToPath(new URL('../../bin/keyrig.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'keyrig-check-kms-'));
afterAll(() => rmSync(folder, { recursive: true }));

function checkKms(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, 'check-kms', ...args], { cwd: folder });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      out.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      out.stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...out }));
  });
}

const header = (more: string) =>
  `<ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/><ProtocolVersionMinor type="Integer" value="1"/></ProtocolVersion>${more}
   <BatchCount type="Integer" value="1"/>`;
/** Asks for the versions; the answer is to name this one. */
const discover = (minor: number) => `<KMIP>
  <RequestMessage><RequestHeader>${header('')}</RequestHeader>
    <BatchItem><Operation type="Enumeration" value="DiscoverVersions"/><RequestPayload/></BatchItem></RequestMessage>
  <ResponseMessage><ResponseHeader>${header('<TimeStamp type="DateTime" value="$NOW"/>')}</ResponseHeader>
    <BatchItem><Operation type="Enumeration" value="DiscoverVersions"/><ResultStatus type="Enumeration" value="Success"/>
      <ResponsePayload><ProtocolVersion><ProtocolVersionMajor type="Integer" value="1"/>
        <ProtocolVersionMinor type="Integer" value="${minor}"/></ProtocolVersion></ResponsePayload></BatchItem></ResponseMessage>
</KMIP>`;

describe('keyrig check-kms', () => {
  let address = '';
  let identity: string[] = [];
  let release: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    const servers = await ownServers();
    const started = await servers(parseCase(discover(0), 'x.xml'));
    release = started.release;
    const { host, port, tls } = started.target;
    address = `${host}:${port}`;
    for (const name of ['ca', 'cert', 'key'] as const) writeFileSync(join(folder, `${name}.pem`), tls[name] as string);
    identity = ['--ca', 'ca.pem', '--cert', 'cert.pem', '--key', 'key.pem'];
    mkdirSync(join(folder, 'cases', 'v1.1'), { recursive: true });
    writeFileSync(join(folder, 'cases', 'v1.1', 'TC-right.xml'), discover(0));
    writeFileSync(join(folder, 'cases', 'v1.1', 'TC-wrong.xml'), discover(9));
    writeFileSync(join(folder, 'cases', 'v1.1', 'TC-NP-1-11.xml'), discover(9));
  });
  afterAll(async () => {
    await release?.();
  });

  it('ends with 0 when all cases pass, and writes JUnit', async () => {
    const args = ['--oasis', 'cases', '--grep', 'right', '--junit', 'junit.xml', ...identity, address];
    const { code, stdout, stderr } = await checkKms(...args);
    expect(stderr).toBe('');
    expect(stdout.split('\n')[0]).toBe('✓ v1.1 TC-right');
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'junit.xml'), 'utf8')).toContain(
      '<testcase classname="KMIP 1.1" name="TC-right"/>',
    );
  });

  it('ends with 1 when a case fails, with a line for each and a table', async () => {
    const { code, stdout } = await checkKms('--oasis', 'cases', ...identity, address);
    expect(code).toBe(1);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^- v1\.1 TC-NP-1-11 excluded: KMIP 1\.1 §5/);
    expect(lines[1]).toBe('✓ v1.1 TC-right');
    expect(lines[2]).toMatch(/^✗ v1\.1 TC-wrong step 1: Batch Item\/Response Payload\/Protocol Version: expected \{ /);
    expect(stdout).toMatch(/^1\.1 +3 +1 +1 +1$/m);
  });

  it('ends with 1 when the server is not there, without trying each case', async () => {
    const { code, stdout, stderr } = await checkKms('--oasis', 'cases', ...identity, '127.0.0.1:1');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('cannot connect to 127.0.0.1:1');
  });

  it('ends with 2 for a bad command line, and 4 when there is no case', async () => {
    const without = await checkKms(...identity, address);
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('give --oasis <folder>')]);
    expect((await checkKms('--oasis', 'nowhere', address)).code).toBe(2);
    expect((await checkKms('--oasis', 'cases', '--cert', 'nothing.pem', address)).code).toBe(2);
    expect((await checkKms('--oasis', 'cases', '--wait', 'x', address)).code).toBe(2);
    const none = await checkKms('--oasis', 'cases', '--grep', 'zzz', address);
    expect([none.code, none.stderr]).toEqual([4, expect.stringContaining('with "zzz" in its name')]);
  });
});
