import { describe, expect, it } from 'vitest';
import { catalogue } from '../../lab/catalogue/index.ts';
import { Workshop } from './keyrig-process.ts';

const shop = new Workshop();

describe('keyrig faults', () => {
  it('lists every entry under its group', async () => {
    const { code, stdout } = await shop.keyrig(['faults']);
    expect(code).toBe(0);
    for (const { id, title } of catalogue) expect(stdout).toMatch(new RegExp(`^  ${id} +${title}$`, 'm'));
    expect(stdout).toContain(`${catalogue.length} faults.`);
  });

  it('lists a group', async () => {
    const { code, stdout } = await shop.keyrig(['faults', 'tls']);
    expect(code).toBe(0);
    expect(stdout).toContain('connection-reset-in-handshake');
    expect(stdout).not.toContain('kms-stopped');
  });

  it('shows one with the YAML that causes it and what it looks like', async () => {
    const { code, stdout } = await shop.keyrig(['faults', 'kms-stopped']);
    expect(code).toBe(0);
    expect(stdout).toContain('kms-stopped: The KMS is down\n');
    expect(stdout).toContain('\nsteps:\n  - do: kms.stop\n');
    expect(stdout).toContain('the task fails: Cannot generate key (RuntimeFault); one of its reasons: …ECONNREFUSED…');
    expect(stdout).toContain('event `com.vmware.vc.kms.crypto.KeyGenerateFail`');
    expect(stdout).toMatch(/^documented: OVHcloud's VM encryption guide/m);
  });

  it('tells what the fragment of one needs', async () => {
    const { stdout } = await shop.keyrig(['faults', 'key-destroyed']);
    expect(stdout).toContain('after the step  { do: vcenter.vm, with: { vm: web-1 }, capture: { keyId: keyId } }\n');
  });

  it('prints a scenario that runs', async () => {
    const { stdout } = await shop.keyrig(['faults', 'kms-password-wrong', '--scenario']);
    const file = shop.file('from-the-catalogue.scenario.yaml', stdout);
    const { code, stdout: run } = await shop.keyrig(['run', file]);
    expect(run).toContain('1 scenario: 1 passed, 0 failed');
    expect(code).toBe(0);
  });

  it('is JSON for programs', async () => {
    const list = JSON.parse((await shop.keyrig(['faults', '--json'])).stdout);
    expect(list.map(({ id }: { id: string }) => id)).toEqual(catalogue.map(({ id }) => id));
    const one = JSON.parse((await shop.keyrig(['faults', 'kms-stopped', '--json'])).stdout);
    expect(one).toMatchObject({
      id: 'kms-stopped',
      group: 'kms',
      fragment: 'steps:\n  - do: kms.stop\n',
      answer: { task: { state: 'error' }, fault: { message: 'Cannot generate key' } },
      provenance: { word: 'documented' },
    });
    expect(one.scenario).toMatch(/^scenario: 1\n/);
  });

  it('knows what was meant', async () => {
    const { code, stderr } = await shop.keyrig(['faults', 'kms-stoped']);
    expect(code).toBe(2);
    expect(stderr).toContain('no fault of the catalogue is called "kms-stoped"; did you mean "kms-stopped"?');
    const { stderr: unlike } = await shop.keyrig(['faults', 'something-else-altogether']);
    expect(unlike).toContain('"keyrig faults" lists them');
  });
});
