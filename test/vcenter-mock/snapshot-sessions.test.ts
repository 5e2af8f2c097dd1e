import { describe, expect, it } from 'vitest';
import { changesIn, collectorCall, createFilter, objectSet, propSet, traversal, updates } from './collector.ts';
import { elsewhere, fetchOf, type Lab, loggedIn, restoreLab, saveLab, startLab, textOf } from './lab.ts';
import { withRest } from './rest/client.ts';

/** What clients see of a restoring: sessions, and all that belongs to them. */

const call = (lab: Lab, type: string, id: string, method: string, params = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${params}</${method}>`);
const now = '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';
const logout = (lab: Lab) => call(lab, 'SessionManager', 'SessionManager', 'Logout');
const power = async (lab: Lab, name: string, what: 'On' | 'Off') => {
  await call(lab, 'VirtualMachine', lab.ref(name), `Power${what}VM_Task`);
  await lab.mock.tasks.idle();
};
const powerState = (lab: Lab, name = 'web') =>
  propSet('VirtualMachine', 'runtime.powerState') + objectSet('VirtualMachine', lab.ref(name));
const vmsOf = (lab: Lab) =>
  propSet('VirtualMachine', 'name') +
  objectSet('Folder', lab.mock.inventory.vm('web')!.get('parent')!.value, traversal('Folder', 'childEntity'));

/** Waits for updates as clients do: until there are any. */
const wait = (lab: Lab, version: string) => collectorCall(lab, 'WaitForUpdatesEx', `<version>${version}</version>`);

/** Resolves when the vCenter has a call that waits. */
async function untilWaiting({ mock }: Lab): Promise<void> {
  while (!mock.vc.sessions.list().some(({ pending }) => pending > 0)) await new Promise(setImmediate);
}

describe('sessions', () => {
  it('of the state are valid, though they ended since; those that began since have ended', async () => {
    const lab = await loggedIn();
    const first = lab.cookie;
    const saved = lab.mock.save();
    await logout(lab);
    expect((await lab.call(now)).status).toBe(500);
    await lab.login();
    const second = lab.cookie;
    lab.mock.restore(saved);
    expect((await lab.call(now)).body).toContain('NotAuthenticated');
    lab.cookie = first;
    expect((await lab.call(now)).status).toBe(200);
    expect(lab.mock.vc.sessions.list()).toHaveLength(1);
    expect(second).not.toBe(first);
  });

  it('end by themselves when they would have: half an hour after their last call', async () => {
    const lab = await loggedIn();
    await lab.clock.advance(20 * 60_000);
    const there = await elsewhere(lab);
    await there.clock.advance(10 * 60_000);
    expect(there.mock.vc.sessions.list()).toHaveLength(1);
    await there.clock.advance(1000);
    expect(there.mock.vc.sessions.list()).toHaveLength(0);
    expect(there.mock.events.all.at(-1)?._type).toBe('UserLogoutSessionEvent');
  });

  it('of REST, and the tickets for further ones, are those of then', async () => {
    const lab = withRest(await startLab());
    await lab.login();
    await lab.restLogin();
    const ticket = textOf(
      (await call(lab, 'SessionManager', 'SessionManager', 'AcquireCloneTicket')).body,
      'returnval',
    );
    const there = withRest(await elsewhere(lab));
    there.token = lab.token;
    expect((await there.rest('GET', '/api/vcenter/vm')).json).toHaveLength(2);
    there.cookie = undefined;
    const clone = await call(
      there,
      'SessionManager',
      'SessionManager',
      'CloneSession',
      `<cloneTicket>${ticket}</cloneTicket>`,
    );
    expect(clone.status).toBe(200);
  });

  it('a wait in a session that ends with the restoring is answered', async () => {
    const lab = await startLab();
    const saved = lab.mock.save();
    await lab.login();
    await createFilter(lab, powerState(lab));
    const { version } = await updates(lab);
    const waiting = wait(lab, version);
    await untilWaiting(lab);
    lab.mock.restore(saved);
    expect((await waiting).body).toContain('RequestCanceled');
  });
});

describe('property collectors', () => {
  it('who waits is told what the restoring changed, in the version that comes next', async () => {
    const lab = await loggedIn();
    await createFilter(lab, powerState(lab));
    const saved = lab.mock.save();
    await power(lab, 'web', 'On');
    const { version, body } = await updates(lab);
    expect(changesIn(body)).toEqual(['enter runtime.powerState assign poweredOn']);
    const waiting = wait(lab, version);
    await untilWaiting(lab);
    lab.mock.restore(saved);
    const told = await waiting;
    expect(changesIn(told.body)).toEqual(['modify runtime.powerState assign poweredOff']);
    expect(Number(textOf(told.body, 'version'))).toBe(Number(version) + 1);
  });

  it('a VM that is back under its old reference has not left for who has not heard of its end', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOf(lab));
    const { version } = await updates(lab);
    const saved = lab.mock.save();
    await call(lab, 'VirtualMachine', lab.ref('web'), 'Destroy_Task');
    await lab.mock.tasks.idle();
    lab.mock.restore(saved);
    expect(changesIn((await updates(lab, version)).body)).toEqual([]);
    await power(lab, 'web', 'On');
    expect(lab.mock.inventory.vm('web')?.get('runtime').powerState).toBe('poweredOn');
  });

  it('it enters again for who has', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOf(lab));
    const first = await updates(lab);
    const saved = lab.mock.save();
    await call(lab, 'VirtualMachine', lab.ref('web'), 'Destroy_Task');
    await lab.mock.tasks.idle();
    const second = await updates(lab, first.version);
    expect(changesIn(second.body)).toEqual(['leave']);
    lab.mock.restore(saved);
    expect(changesIn((await updates(lab, second.version)).body)).toEqual(['enter name assign web']);
  });

  it('a filter that was destroyed since is there again and tells everything once; one that was made since is gone', async () => {
    const lab = await loggedIn();
    const filter = await createFilter(lab, powerState(lab));
    await updates(lab);
    const saved = lab.mock.save();
    await call(lab, 'PropertyFilter', filter, 'DestroyPropertyFilter');
    const later = await createFilter(lab, powerState(lab, 'db'));
    const { version } = await updates(lab);
    lab.mock.restore(saved);
    const { body } = await updates(lab, version);
    expect(changesIn(body)).toEqual(['enter runtime.powerState assign poweredOff']);
    expect(body).toContain(filter);
    expect((await call(lab, 'PropertyFilter', later, 'DestroyPropertyFilter')).body).toContain('ManagedObjectNotFound');
    expect((await call(lab, 'PropertyFilter', filter, 'DestroyPropertyFilter')).status).toBe(200);
  });

  it('elsewhere a client goes on with the version that it has, and is told everything once', async () => {
    const lab = await loggedIn();
    const made = textOf((await collectorCall(lab, 'CreatePropertyCollector')).body, 'returnval');
    for (const collector of [undefined, made]) await createFilter(lab, powerState(lab), { collector });
    const versions = [];
    for (const collector of [undefined, made]) {
      const { version } = await updates(lab, '', { collector });
      versions.push(version);
    }
    await power(lab, 'web', 'On');
    const there = await elsewhere(lab);
    for (const [index, collector] of [undefined, made].entries()) {
      const next = await updates(there, versions[index], { collector });
      expect(changesIn(next.body)).toEqual([
        `enter runtime.powerState assign ${index === 0 ? 'poweredOn' : 'poweredOff'}`,
      ]);
      expect(Number(next.version)).toBe(Number(versions[index]) + 1);
      await power(there, 'web', index === 0 ? 'Off' : 'On');
      const after = await updates(there, next.version, { collector });
      expect(changesIn(after.body)).toEqual([
        `modify runtime.powerState assign ${index === 0 ? 'poweredOff' : 'poweredOn'}`,
      ]);
      // The adoption is for once.
      const wrong = await collectorCall(there, 'CheckForUpdates', '<version>77</version>', collector);
      expect(wrong.body).toContain('InvalidCollectorVersion');
    }
  });

  it('a retrieval goes on on its next page', async () => {
    const lab = await loggedIn();
    const specSet = `<specSet>${vmsOf(lab)}</specSet>`;
    const page = await collectorCall(
      lab,
      'RetrievePropertiesEx',
      `${specSet}<options><maxObjects>1</maxObjects></options>`,
    );
    const token = `<token>${textOf(page.body, 'token')}</token>`;
    const there = await elsewhere(lab);
    const rest = await collectorCall(there, 'ContinueRetrievePropertiesEx', token);
    expect(textOf(rest.body, 'val')).toBe('db');
    expect((await collectorCall(there, 'ContinueRetrievePropertiesEx', token)).status).toBe(500);
  });

  it('the permissions of its maker count for a filter, elsewhere too', async () => {
    const users = [
      { username: 'root', password: 'r' },
      { username: 'eve', password: 'e', role: 'ReadOnly', on: ['/Datacenter/vm/db'] },
    ];
    const lab = await startLab({ users });
    await lab.login('eve', 'e');
    await createFilter(lab, propSet('VirtualMachine', 'name') + objectSet('VirtualMachine', lab.ref('db')));
    const there = await elsewhere(lab);
    expect(changesIn((await updates(there)).body)).toEqual(['enter name assign db']);
    expect((await there.call(fetchOf('VirtualMachine', there.ref('web'), 'name'))).body).toContain('NoPermission');
  });
});

describe('views and history', () => {
  it('a history collector reads on where it stood', async () => {
    const lab = await loggedIn({ version: '8.0' });
    for (const what of ['On', 'Off', 'On'] as const) await power(lab, 'web', what);
    const made = await call(
      lab,
      'TaskManager',
      'TaskManager',
      'CreateCollectorWithInfoFilterForTasks',
      '<filter></filter><infoFilter><filterTaskResults><removeAll>true</removeAll></filterTaskResults></infoFilter>',
    );
    const id = textOf(made.body, 'returnval') ?? '';
    const chains = async (at: Lab) =>
      [
        ...(await call(at, 'TaskHistoryCollector', id, 'ReadNextTasks', '<maxCount>2</maxCount>')).body.matchAll(
          /<eventChainId>(\d+)/g,
        ),
      ].map(([, chain]) => chain);
    expect(await chains(lab)).toEqual(['1', '2']);
    const saved = saveLab(lab);
    expect(await chains(lab)).toEqual(['3']);
    expect(await chains(await elsewhere(lab, saved))).toEqual(['3']);
    await call(lab, 'HistoryCollector', id, 'DestroyCollector');
    restoreLab(lab, saved);
    expect(await chains(lab)).toEqual(['3']);
    await power(lab, 'web', 'Off');
    expect(await chains(lab)).toEqual(['4']);
  });

  it('a collector at the newest event stays there', async () => {
    const lab = await loggedIn();
    const made = await call(lab, 'EventManager', 'EventManager', 'CreateCollectorForEvents', '<filter></filter>');
    const id = textOf(made.body, 'returnval') ?? '';
    await call(lab, 'EventHistoryCollector', id, 'ResetCollector');
    const there = await elsewhere(lab);
    const newest = await call(there, 'EventHistoryCollector', id, 'ReadPreviousEvents', '<maxCount>1</maxCount>');
    expect(textOf(newest.body, 'key')).toBe(String(lab.mock.events.latest?.key));
  });

  it('views show what they showed', async () => {
    const lab = await loggedIn();
    const manager = (method: string, params = '') => call(lab, 'ViewManager', 'ViewManager', method, params);
    const container = textOf(
      (
        await manager(
          'CreateContainerView',
          '<container type="Folder">group-d1</container><type>VirtualMachine</type><recursive>true</recursive>',
        )
      ).body,
      'returnval',
    );
    const inventory = textOf((await manager('CreateInventoryView')).body, 'returnval') ?? '';
    await call(lab, 'InventoryView', inventory, 'OpenInventoryViewFolder', '<entity type="Folder">group-d1</entity>');
    const there = await elsewhere(lab);
    for (const [type, id = ''] of [
      ['ContainerView', container],
      ['InventoryView', inventory],
    ] as const) {
      const [here, other] = [lab, there].map((at) => at.call(fetchOf(type, id, 'view')));
      const shown = (await here)!.body;
      expect(shown).toContain(type === 'ContainerView' ? lab.ref('web') : 'Datacenter');
      expect((await other)!.body).toBe(shown);
    }
  });
});
