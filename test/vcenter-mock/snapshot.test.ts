import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../core/index.ts';
import { createFilter, objectSet, propSet, updates } from './collector.ts';
import { type EncryptedLab, encryptAll, encryptedLab, withMachines, xml } from './crypto/encrypted-lab.ts';
import { elsewhere, fetchOf, type Lab, loggedIn, restoreLab, saveLab, startLab, textOf } from './lab.ts';
import { withRest } from './rest/client.ts';
import { throughText } from './round-trip.ts';

/** VcenterMock.save and restore: what comes after a restoring is what would have come after the saving. */

const call = (lab: Lab, type: string, id: string, method: string, params = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${params}</${method}>`);
const hostRef = (lab: Lab, name: string) => `<host type="HostSystem">${lab.ref(name)}</host>`;
const types = (lab: Lab) => lab.mock.events.all.map((event) => Reflect.get(event, 'eventTypeId') ?? event._type);

describe('encryption', () => {
  const encrypted = async (): Promise<EncryptedLab> => {
    const lab = await encryptedLab();
    expect(await lab.run('web', 'ReconfigVM_Task', encryptAll)).toMatchObject({ state: 'success' });
    return lab;
  };

  it('a VM that was locked after the saving is unlocked by the restoring: its keys are on its host again', async () => {
    const lab = await encrypted();
    const before = await lab.machine('web');
    const saved = lab.mock.save();
    await lab.kms.stop();
    await lab.mock.rebootHost('esx-01');
    expect((await lab.machine('web')).cryptoState).toBe('locked');
    lab.mock.restore(saved);
    expect(await lab.machine('web')).toEqual(before);
    expect(before.cryptoState).toBe('unlocked');
    expect(await lab.run('web', 'PowerOnVM_Task')).toMatchObject({ state: 'success' });
  });

  it('a locked VM stays locked, and the health check unlocks it at its time when the KMS is back', async () => {
    const lab = await encrypted();
    const { port = 0 } = lab.kms;
    await lab.kms.stop();
    await lab.mock.rebootHost('esx-01');
    await lab.clock.advance(100_000);
    const there = withMachines(await elsewhere(lab), lab.kms);
    expect((await there.machine('web')).cryptoState).toBe('locked');
    expect(await there.run('web', 'PowerOnVM_Task')).toMatchObject({ state: 'error', fault: 'EncryptionKeyRequired' });
    await lab.kms.start();
    expect(lab.kms.port).toBe(port);
    // The check is due 300 s after the provider came, of which 100 s had passed.
    await there.clock.advance(199_999);
    expect(there.runtime.journal.entries({ event: 'vcenter.kmip.health-check' })).toHaveLength(0);
    await there.clock.advance(1);
    await there.mock.encryption.healthCheck.settled();
    expect((await there.machine('web')).cryptoState).toBe('unlocked');
    await there.clock.advance(300_000);
    await there.mock.encryption.healthCheck.settled();
    expect(there.runtime.journal.entries({ event: 'vcenter.kmip.health-check' })).toHaveLength(2);
  });

  it('the alarm of a locked VM is raised as before, and ends with its cause', async () => {
    const lab = await encrypted();
    await lab.kms.stop();
    await lab.mock.rebootHost('esx-01');
    const states = ({ mock }: Lab) =>
      mock.vc.alarms
        .triggered(mock.inventory.vm('web')!)
        .map(({ alarm, overallStatus }) => [alarm.value, overallStatus]);
    expect(states(lab)).toEqual([[expect.any(String), 'red']]);
    const there = withMachines(await elsewhere(lab), lab.kms);
    expect(states(there)).toEqual(states(lab));
    await lab.kms.start();
    expect(await there.run('web', 'CryptoUnlock_Task')).toMatchObject({ state: 'success' });
    expect(states(there)).toEqual([]);
    expect(types(there).at(-1)).toBe('AlarmStatusChangedEvent');
  });

  it('what was told of a host that must encrypt and cannot is not told again', async () => {
    const lab = await loggedIn();
    const [cluster] = lab.mock.inventory.clusters;
    cluster?.change('configurationEx', (config) => {
      Object.assign(config, { cryptoConfig: { cryptoMode: 'forceEnable' } });
    });
    const told = (at: Lab) => types(at).filter((type) => /ReqEnable/.test(type)).length;
    await lab.mock.encryption.clusters.enforce(undefined);
    expect(told(lab)).toBe(2);
    const there = await elsewhere(lab);
    await there.mock.encryption.clusters.enforce(undefined);
    expect(told(there)).toBe(2);
  });

  it('migration and shallow recryption work again and again, here and elsewhere', async () => {
    const lab = await encrypted();
    const saved = saveLab(lab);
    const story = async (at: EncryptedLab) => {
      const moved = await at.run(
        'web',
        'MigrateVM_Task',
        `${hostRef(at, 'esx-02')}<priority>defaultPriority</priority>`,
      );
      const { keyId } = await at.machine('web');
      const recrypted = await at.run(
        'web',
        'ReconfigVM_Task',
        xml.spec(xml.editDisk(2000, '', xml.crypto('ShallowRecrypt', '')), xml.crypto('ShallowRecrypt', '')),
      );
      const renewed = await at.machine('web');
      return {
        moved: moved.state,
        on: (await at.read('web', 'runtime'))?.children.find(({ name }) => name === 'host')?.text,
        recrypted: recrypted.state,
        keys: [renewed.keyId === keyId, renewed.disks.map((disk) => disk.keyId === renewed.keyId)],
        files: renewed.disks.map(({ file }) => file),
        tasks: at.mock.vc.store.all('Task').length,
      };
    };
    const first = await story(lab);
    expect(first).toMatchObject({ moved: 'success', recrypted: 'success', keys: [false, [true, false]] });
    for (let time = 0; time < 2; time++) {
      restoreLab(lab, saved);
      expect(await story(lab)).toEqual(first);
    }
    const there = withMachines(await elsewhere(lab, saved), lab.kms);
    expect(await story(there)).toEqual(first);
  });

  it('keys that are on a host are there without the KMS; those that are not are asked for', async () => {
    const lab = await encrypted();
    await lab.kms.stop();
    const there = withMachines(await elsewhere(lab), lab.kms);
    expect(await there.run('web', 'PowerOnVM_Task')).toMatchObject({ state: 'success' });
    expect(there.runtime.journal.entries({ event: 'vcenter.kmip.dialled' })).toHaveLength(0);
    await there.mock.rebootHost('esx-01');
    expect((await there.machine('web')).cryptoState).toBe('locked');
  });

  it('a certificate for the signing request that was made before is taken after', async () => {
    const lab = await encryptedLab();
    const provider = lab.mock.encryption.providers.get('kms');
    const csr = await lab.mock.encryption.trust.generateCsr(provider);
    const there = await elsewhere(lab);
    const same = there.mock.encryption.providers.get('kms');
    expect(same.csr?.csrPem).toBe(csr);
    expect(same.csr?.privateKeyPem).toBe(provider.csr?.privateKeyPem);
    expect(there.mock.encryption.providers.default()?.id).toBe('kms');
  });
});

describe('native key providers', () => {
  const providers = '/api/vcenter/crypto-manager/kms/providers';

  it('keep their keys, and a prepared backup can be fetched elsewhere, once', async () => {
    const lab = withRest(await startLab());
    await lab.restLogin();
    await lab.rest('POST', providers, { body: { provider: 'nkp', constraints: { tpm_required: false } } });
    const answer = await lab.rest('POST', `${providers}?action=export`, { body: { provider: 'nkp' } });
    const { location } = answer.json as { location: { download_token: { token: string } } };
    const there = withRest(await elsewhere(lab));
    const native = ({ mock }: Lab) => mock.encryption.providers.get('nkp').native;
    const id = 'a3b8d9ce-0c37-4c0a-9d0c-0d6a1f3b7c11';
    expect(native(there)?.derive(id)).toEqual(native(lab)?.derive(id));
    expect(native(there)?.hasBackup).toBe(false);
    const headers = { authorization: `Bearer ${location.download_token.token}` };
    const fetched = await there.rest('GET', '/cryptomanager/kms/nkp', { headers });
    const here = await lab.rest('GET', '/cryptomanager/kms/nkp', { headers });
    expect(fetched.status).toBe(200);
    expect(fetched.bytes.equals(here.bytes)).toBe(true);
    expect(native(there)?.hasBackup).toBe(true);
    expect((await there.rest('GET', '/cryptomanager/kms/nkp', { headers })).status).toBe(401);
  });
});

describe('single sign-on', () => {
  it('a token that was issued before is valid, elsewhere too; in another vCenter it is not', async () => {
    const lab = await startLab();
    const { token } = await lab.mock.vc.tokens.issue({ subject: 'administrator@vsphere.local' }, 60_000);
    expect((await lab.mock.vc.tokens.readText(token))?.subject).toBe('administrator@vsphere.local');
    expect((await (await elsewhere(lab)).mock.vc.tokens.readText(token))?.subject).toBe('administrator@vsphere.local');
    expect(await (await startLab({ encryption: {} })).mock.vc.tokens.readText(token)).toBeUndefined();
  });
});

describe('the world', () => {
  const clone = async (lab: Lab, name: string) => {
    const folder = lab.mock.inventory.vm('web')!.get('parent')!;
    await call(
      lab,
      'VirtualMachine',
      lab.ref('web'),
      'CloneVM_Task',
      `<folder type="Folder">${folder.value}</folder><name>${name}</name>` +
        '<spec><location></location><template>false</template><powerOn>false</powerOn></spec>',
    );
    await lab.mock.tasks.idle();
    return lab.ref(name);
  };

  it('what was made after the saving is gone, what was destroyed is back, and new things get the ids that they would have had', async () => {
    const lab = await loggedIn();
    const kept = await clone(lab, 'kept');
    const saved = saveLab(lab);
    const made = await clone(lab, 'made');
    await call(lab, 'VirtualMachine', kept, 'Destroy_Task');
    await lab.mock.tasks.idle();
    expect(lab.mock.inventory.vm('kept')).toBeUndefined();
    for (const at of [lab, lab, await elsewhere(lab, saved)]) {
      if (at === lab) restoreLab(at, saved);
      expect(at.mock.inventory.vms.map((vm) => vm.get('name'))).toEqual(['web', 'db', 'kept']);
      expect(at.ref('kept')).toBe(kept);
      expect(at.mock.inventory.descendants(at.mock.inventory.rootFolder)).toContain(at.mock.inventory.vm('kept'));
      expect(await clone(at, 'made')).toBe(made);
      // The snapshots of the store and of its indexes are of one piece.
      expect(at.mock.inventory.vm('made')?.ref.value).toBe(made);
    }
  });

  it('the same happens after each restoring, to the byte: names, ids, addresses, times', async () => {
    const lab = await loggedIn();
    const { cookie } = lab;
    const saved = saveLab(lab);
    const story = async (at: Lab) => {
      at.cookie = cookie;
      const id = await clone(at, 'made');
      await at.clock.advance(90_000);
      await call(at, 'VirtualMachine', id, 'PowerOnVM_Task');
      await call(
        at,
        'VirtualMachine',
        at.ref('web'),
        'CreateSnapshot_Task',
        '<name>s</name><memory>false</memory><quiesce>false</quiesce>',
      );
      await at.mock.tasks.idle();
      await at.login();
      await createFilter(at, propSet('VirtualMachine', 'name') + objectSet('VirtualMachine', id));
      await at.mock.rebootHost('esx-02');
      return JSON.stringify(at.mock.save());
    };
    const first = await story(lab);
    for (let time = 0; time < 2; time++) {
      restoreLab(lab, saved);
      expect(await story(lab)).toBe(first);
    }
    // What was unset before may stand elsewhere in its object now; on the wire the declared order counts.
    expect(JSON.parse(await story(await elsewhere(lab, saved)))).toEqual(JSON.parse(first));
  });

  it('files of an unregistered VM lie where they were, and it can be registered elsewhere', async () => {
    const lab = await loggedIn();
    await call(lab, 'VirtualMachine', lab.ref('web'), 'UnregisterVM');
    const there = await elsewhere(lab);
    const folder = there.mock.inventory.vm('db')!.get('parent')!;
    const pool = there.mock.inventory.vm('db')!.get('resourcePool')!;
    await call(
      there,
      'Folder',
      folder.value,
      'RegisterVM_Task',
      `<path>[datastore1] web/web.vmx</path><asTemplate>false</asTemplate><pool type="ResourcePool">${pool.value}</pool>`,
    );
    await there.mock.tasks.idle();
    expect(there.mock.inventory.vm('web')?.get('config')?.files.vmPathName).toBe('[datastore1] web/web.vmx');
  });

  it('users, their passwords, roles and permissions are those of then', async () => {
    const lab = await startLab({
      users: [
        { username: 'root', password: 'r' },
        { username: 'eve', password: 'e', role: 'ReadOnly' },
      ],
    });
    const there = await elsewhere(lab);
    expect((await there.login('somebody', 'not-a-secret-2')).body).toContain('InvalidLogin');
    expect((await there.login('eve', 'e')).status).toBe(200);
    expect((await call(there, 'VirtualMachine', there.ref('web'), 'PowerOnVM_Task')).body).toContain('NoPermission');
    expect((await there.login('root', 'r')).status).toBe(200);
    expect((await call(there, 'VirtualMachine', there.ref('web'), 'PowerOnVM_Task')).status).toBe(200);
  });

  it('a task that a client drives goes on', async () => {
    const lab = await loggedIn();
    const made = await call(
      lab,
      'TaskManager',
      'TaskManager',
      'CreateTask',
      `<obj type="VirtualMachine">${lab.ref('web')}</obj><taskTypeId>VirtualMachine.reconfigure</taskTypeId><cancelable>true</cancelable>`,
    );
    const id = textOf(made.body, 'key') ?? '';
    const there = await elsewhere(lab);
    expect((await call(there, 'Task', id, 'SetTaskState', '<state>running</state>')).status).toBe(200);
    expect(textOf((await there.call(fetchOf('Task', id, 'info.state'))).body, 'returnval')).toBe('running');
  });
});

describe('a state', () => {
  it('is not taken while a task runs, and says which', async () => {
    const lab = await loggedIn({ taskDurations: { PowerOnVM_Task: 1000 } });
    const saved = lab.mock.save();
    await call(lab, 'VirtualMachine', lab.ref('web'), 'PowerOnVM_Task');
    expect(lab.mock.running).toEqual([`${lab.mock.vc.store.all('Task')[0]!.ref.value} (PowerOnVM_Task)`]);
    expect(() => lab.mock.save()).toThrow(
      /the vCenter cannot be saved or restored while something runs: task-\d+ \(PowerOnVM_Task\)/,
    );
    expect(() => lab.mock.restore(saved)).toThrow(/cannot be saved or restored while something runs/);
    await lab.clock.advance(1000);
    await lab.mock.tasks.idle();
    expect(lab.mock.running).toEqual([]);
    lab.mock.restore(saved);
  });

  it.each<[string, (state: JsonObject) => JsonObject, RegExp]>([
    ['of another plane', (state) => ({ ...state, plane: 'kmip' }), /not that of a vCenter/],
    ['of another version', (state) => ({ ...state, version: 99 }), /its version is 99/],
    ['of another release', (state) => ({ ...state, release: '6.5.0' }), /vCenter 6\.5\.0, and this one is 7\.0\.3/],
    ['without a part', ({ events: _, ...state }) => state, /it is damaged/],
    ['with a part of another kind', (state) => ({ ...state, store: 'none' }), /it is damaged/],
    [
      'with a value that nobody knows',
      (state) => ({ ...state, alarms: { alarms: [], states: [['VirtualMachine:vm-1', [{ $riddle: 1 }]]] } }),
      /\$riddle/,
    ],
  ])('%s is refused, and nothing has changed', async (_what, spoil, why) => {
    const lab = await loggedIn();
    const before = JSON.stringify(lab.mock.save());
    expect(() => lab.mock.restore(spoil(throughText(lab.mock.save())))).toThrow(
      expect.objectContaining({ code: 'ERR_STATE', message: expect.stringMatching(why) }),
    );
    expect(JSON.stringify(lab.mock.save())).toBe(before);
  });
});

it('200 restorings leave nothing behind', async () => {
  const lab = await encryptedLab();
  const timers = watchTimers(lab);
  await createFilter(lab, propSet('VirtualMachine', 'config', 'runtime') + objectSet('VirtualMachine', lab.ref('web')));
  await updates(lab);
  const saved = lab.mock.save();
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapAfter = async (times: number) => {
    for (let time = 0; time < times; time++) {
      await call(lab, 'VirtualMachine', lab.ref('web'), 'PowerOnVM_Task');
      await lab.mock.tasks.idle();
      lab.mock.restore(time % 2 === 0 ? saved : throughText(saved));
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await heapAfter(50);
  // The journal keeps what has happened: most of what may grow is its.
  const growth = (await heapAfter(200)) - before;
  expect(growth).toBeLessThan(4 * 1024 * 1024);
  // The idle time of the session, the health check.
  expect(timers.size).toBe(2);
});

/** The timers of the lab's clock that are set from now on. */
function watchTimers({ clock }: Lab): ReadonlySet<object> {
  const live = new Set<object>();
  const set = clock.setTimeout.bind(clock);
  clock.setTimeout = (callback, ms, options) => {
    const run = () => {
      live.delete(timer);
      callback();
    };
    const timer = set(run, ms, options);
    live.add(timer);
    return {
      clear() {
        live.delete(timer);
        timer.clear();
      },
    };
  };
  return live;
}
