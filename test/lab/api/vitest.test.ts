import { describe, expect, it, onTestFinished } from 'vitest';
import { startLab } from '../../../lab/index.ts';
import { labTest } from '../../../lab/vitest/index.ts';

const options = {
  clock: 'manual',
  world: {
    gateway: 'open',
    vcenter: { vms: [{ name: 'web-1' }, { name: 'web-2' }], keyProviders: [{ name: 'keyrig' }] },
  },
} as const;
const encrypt = (vm: string) => ({ do: 'vcenter.editStoragePolicies', with: { vm } });

/** What a failed expectation tells. */
async function told(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return String(error);
  }
  throw new Error('the expectation held');
}

describe('matchers', () => {
  const test = labTest(options);

  test('a machine that is encrypted', async ({ rig }) => {
    await rig.run(encrypt('web-1'));
    await expect(rig.vm('web-1')).toBeEncrypted();
    await expect(rig.vm('web-2')).not.toBeEncrypted();
    expect(rig).toHaveHappened({ event: 'kmip.request', 'data.operation': 'Create' });
    expect(rig).toHaveHappened({ event: 'kmip.request', 'data.operation': 'Destroy' }, 0);
    expect(rig).not.toHaveHappened({ event: 'vcenter.task.failed' });
    expect(await told(() => expect(rig.vm('web-1')).not.toBeEncrypted())).toMatch(
      /web-1 is encrypted with key .+ of keyrig/,
    );
  });

  test('a KMS that is gone: every matcher that fails shows the chain down to the socket', async ({ rig }) => {
    await rig.run({ do: 'kms.stop' });
    const outcome = await rig.attempt(encrypt('web-1'));
    expect(outcome).toHaveFailedWith('Cannot generate key');
    expect(outcome).toHaveFailedWith(/Runtime ?Fault/);
    expect(outcome).not.toHaveFailedWith('Out of memory');
    const chain =
      /vcenter task-\d+: ReconfigVM_Task on web-1[\s\S]+cannot connect to 127\.0\.0\.1:\d+[\s\S]+Cannot generate key/;
    expect(await told(() => expect(rig.vm('web-1')).toBeEncrypted())).toMatch(chain);
    expect(await told(() => expect(outcome).toHaveFailedWith('Out of memory'))).toMatch(chain);
    const create = { event: 'kmip.request', 'data.operation': 'Create' };
    expect(await told(() => expect(rig).toHaveHappened(create))).toMatch(chain);
    expect(await told(() => expect(rig).not.toHaveHappened({ event: 'vcenter.task.failed' }))).toContain(
      'the timeline has 1 entries',
    );
    const read = await rig.attempt({ do: 'vcenter.vm', with: { vm: 'web-1' } });
    expect(await told(() => expect(read).toHaveFailedWith('anything'))).toContain('it passed');
  });

  it('what they are not made for is refused', async () => {
    expect(await told(() => expect({}).toHaveHappened({ event: 'x' }))).toContain('a lab that is up');
    expect(await told(() => expect({}).toBeEncrypted())).toContain('rig.vm(name)');
    expect(await told(() => expect({}).toHaveFailedWith('x'))).toContain('rig.attempt');
  });
});

describe('a lab for each test', () => {
  const test = labTest(options);
  const ports = new Set<number>();

  test('one', ({ rig }) => void ports.add(rig.ready.kmip.port));
  test('is not that of another', ({ rig }) => {
    expect(ports.has(rig.ready.kmip.port)).toBe(false);
    expect(ports.size).toBe(1);
  });
});

const fileTest = labTest({ ...options, scope: 'file' });

describe('a lab for the file', () => {
  fileTest('one', async ({ rig }) => {
    await rig.run(encrypt('web-1'));
    await expect(rig.vm('web-1')).toBeEncrypted();
  });
  fileTest('is that of the others, until it is reset', async ({ rig }) => {
    await expect(rig.vm('web-1')).toBeEncrypted();
    await rig.reset();
    await expect(rig.vm('web-1')).not.toBeEncrypted();
  });
});

it('the matchers serve a lab without the fixture', async () => {
  const rig = await startLab({ world: {} });
  onTestFinished(() => rig.stop());
  expect(rig).not.toHaveHappened({ level: 'error' });
});
