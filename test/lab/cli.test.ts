import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/keyrig.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'keyrig-cli-'));
afterAll(() => rmSync(directory, { recursive: true }));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

function keyrig(args: string[], input = '', environment: Record<string, string> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd: directory, env: { ...process.env, ...environment } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}

function file(name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

describe('keyrig run', () => {
  it('ends with 1 when an expectation fails, and says what was and what should be', async () => {
    const path = file(
      'fails.scenario.yaml',
      'scenario: 1\nname: fails\nseed: s\nsteps:\n  - do: kms.objects\n    expect: { count: 7 }\n  - do: kms.stop\n',
    );
    const { code, stdout } = await keyrig(['run', path]);
    expect(code).toBe(1);
    expect(stdout).toContain('kms.objects: count should be 7, but is 0');
    expect(stdout).toContain('kms.stop skipped');
    expect(stdout).toContain('seed s');
    expect(stdout).toContain('1 scenario: 0 passed, 1 failed');
  });

  it('fails on a refusal that nobody expected', async () => {
    const path = file(
      'refused.scenario.yaml',
      'scenario: 1\nname: refused\nsteps:\n  - do: ovh.call\n    with: { method: GET, path: /dedicatedCloud/pcc-nowhere }\n',
    );
    const { code, stdout } = await keyrig(['run', path]);
    expect(code).toBe(1);
    expect(stdout).toContain('it was refused: This service does not exist');
  });

  it('ends with 4 when there is nothing to run, 2 for a file that does not exist', async () => {
    expect((await keyrig(['run'])).code).toBe(4);
    expect(await keyrig(['run', 'nowhere.scenario.yaml'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no file or folder "nowhere.scenario.yaml"'),
    });
  });

  it('writes the timeline, and nothing secret in it', async () => {
    const path = file(
      'encrypt.scenario.yaml',
      `scenario: 1
name: encrypt
world:
  kms: [{ users: [{ username: vcenter, password: correct-horse }] }]
  ovh: { delivered: [kms-1] }
  vcenter:
    vms: [{ name: web-1 }]
    keyProviders: [{ name: keyrig, username: vcenter, password: correct-horse }]
steps:
  - do: vcenter.editStoragePolicies
    with: { vm: web-1 }
    expect: { task: { state: success } }
`,
    );
    const journal = join(directory, 'journal.jsonl');
    const { code, stdout, stderr } = await keyrig(['run', path, '--journal', journal]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { readFileSync } = await import('node:fs');
    const text = readFileSync(journal, 'utf8');
    const events = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    expect(events).toContain('kmip.request');
    for (const output of [text, stdout]) {
      expect(output).not.toContain('correct-horse');
      expect(output).not.toContain('PRIVATE KEY');
    }
  });
});

describe('keyrig validate', () => {
  it('prints file:line:column and ends with 2', async () => {
    const path = file('bad.scenario.yaml', 'scenario: 1\nname: bad\nstep: []\n');
    const { code, stderr } = await keyrig(['validate', path]);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}:3:1: unknown key "step"; did you mean "steps"?`);
  });

  it('says which files are valid', async () => {
    const path = file('good.scenario.yaml', 'scenario: 1\nname: good\n');
    expect(await keyrig(['validate', path])).toEqual({ code: 0, stdout: `${path}: valid\n`, stderr: '' });
  });
});

// KMIP 1.1 §9.1.2: structure {Enumeration 254, Integer 255} under tag 420020.
const structure = '42002001000000204200040500000004000000FE000000004200050200000004000000FF00000000';

describe('keyrig decode', () => {
  it('reads hexadecimal text from the command line, a file or standard input', async () => {
    const expected = await keyrig(['decode', structure]);
    expect(expected.code).toBe(0);
    expect(expected.stdout).toContain('0x000000FE');
    expect(await keyrig(['decode', file('message.hex', structure)])).toEqual(expected);
    expect(await keyrig(['decode'], `${structure}\n`)).toEqual(expected);
  });

  it('reads the XML and the JSON that it writes', async () => {
    const expected = await keyrig(['decode', structure]);
    for (const form of ['--xml', '--json']) {
      const { stdout } = await keyrig(['decode', structure, form]);
      expect(await keyrig(['decode', file(`message${form}`, stdout)])).toEqual(expected);
      expect(await keyrig(['decode'], stdout)).toEqual(expected);
    }
    const broken = await keyrig(['decode', '<RequestMessage>']);
    expect(broken).toMatchObject({ code: 2, stderr: expect.stringMatching(/this XML cannot be read.*\n?.*line 1/s) });
  });

  it('explains what it cannot read, and ends with 2', async () => {
    expect(await keyrig(['decode', 'nonsense'])).toMatchObject({ code: 2, stdout: '' });
    const cut = await keyrig(['decode', structure.slice(0, 40)]);
    expect(cut).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('these 20 bytes cannot be read as a KMIP message'),
    });
  });

  it('hides key material unless it is asked for', async () => {
    // Key Material (420043), byte string of 16 bytes.
    const material = '420043080000001000112233445566778899AABBCCDDEEFF';
    const hidden = await keyrig(['decode', material]);
    expect(hidden.stdout).toContain('16 bytes');
    expect(hidden.stdout).not.toContain('001122');
    for (const form of [[], ['--xml'], ['--json']]) {
      expect((await keyrig(['decode', material, ...form])).stdout.toLowerCase()).not.toContain('00112233');
      expect((await keyrig(['decode', material, ...form, '--reveal'])).stdout.toLowerCase()).toContain('00112233');
    }
  });
});

it('tells its version', async () => {
  expect(await keyrig(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

it('an unknown command or option ends with 2', async () => {
  expect((await keyrig(['runn'])).code).toBe(2);
  expect((await keyrig(['validate', '--nonsense'])).code).toBe(2);
  expect(await keyrig(['thumbprint', '::::'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('expected host:port'),
  });
});

it('every option has an environment variable', async () => {
  const { code, stderr } = await keyrig(['up'], '', { KEYRIG_KMIP_PORT: '70000' });
  expect(code).toBe(2);
  expect(stderr).toContain('"70000" is not a port');
});

describe('keyrig exec', () => {
  const script = (text: string) => ['exec', '--', process.execPath, '--input-type=module', '--eval', text];

  it('runs a command beside a lab that its environment tells of, and passes its output and exit code on', async () => {
    const { code, stdout, stderr } = await keyrig(
      script(`
        const answer = await fetch(process.env.OVH_ENDPOINT + '/auth/time');
        console.log(answer.status, process.env.GOVC_USERNAME, process.env.VMWARE_HOST);
        process.exitCode = 7;`),
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('200 administrator@vsphere.local 127.0.0.1\n');
    expect(code).toBe(7);
  });

  it('starts the world of a file', async () => {
    const path = file('named.scenario.yaml', 'scenario: 1\nname: named\nworld: { ovh: { serviceName: pcc-exec } }\n');
    const [, ...command] = script('console.log(process.env.OVH_SERVICE_NAME)');
    const { code, stdout } = await keyrig(['exec', path, ...command]);
    expect(stdout).toBe('pcc-exec\n');
    expect(code).toBe(0);
  });

  it('ends with 128 and the number of the signal that ended the command', async () => {
    expect(await keyrig(script("process.kill(process.pid, 'SIGTERM')"))).toMatchObject({ code: 143 });
  });

  it('ends with 2 when there is no command, or none that can be run', async () => {
    expect(await keyrig(['exec'])).toMatchObject({ code: 2, stderr: expect.stringContaining('no command follows') });
    expect(await keyrig(['exec', '--', 'no-such-program'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"no-such-program" cannot be run'),
    });
  });
});
