import { describe, expect, test } from 'vitest';
import type { Data } from '../../vcenter-mock/index.ts';
import { changesIn, collectorCall, createFilter, objectSet, propSet, traversal, updates } from './collector.ts';
import { type Lab, loggedIn, textOf } from './lab.ts';

const web = (lab: Lab) => lab.mock.inventory.vm('web')!;
const oneVm = (lab: Lab, ...paths: string[]) =>
  propSet('VirtualMachine', ...paths) + objectSet('VirtualMachine', lab.ref('web'));

const vmsOfFolder = (lab: Lab) =>
  propSet('VirtualMachine', 'name') +
  objectSet(
    'Folder',
    lab.mock.inventory.datacenters[0]!.get('vmFolder').value,
    traversal('Folder', 'childEntity', '<selectSet><name>deeper</name></selectSet>', 'deeper'),
  );

/** Starts a filter on the VM `web`, applies a change and gives what the client is told of it. */
async function told(paths: string[], partial: boolean, change: (lab: Lab) => unknown): Promise<string[]> {
  const lab = await loggedIn();
  await createFilter(lab, oneVm(lab, ...paths), { partial });
  const { version } = await updates(lab);
  await change(lab);
  return changesIn((await updates(lab, version)).body);
}

const powerOn = (lab: Lab) =>
  web(lab).change('runtime', (runtime) => {
    runtime.powerState = 'poweredOn';
    runtime.cleanPowerOff = undefined;
  });
const addDisk = (lab: Lab) =>
  web(lab).change('config', (config) => {
    const disk = config.hardware.device!.find(({ key }) => key === 2000)!;
    config.hardware.device!.push({ ...structuredClone(disk), key: 2001, unitNumber: 1 });
  });
const growDisk = (lab: Lab) =>
  web(lab).change('config', (config) => {
    const disk = config.hardware.device!.find(({ key }) => key === 2000) as Data<'VirtualDisk'>;
    disk.capacityInKB = 1024;
  });
const removeDisk = (lab: Lab) =>
  web(lab).change('config', (config) => {
    config.hardware.device = config.hardware.device!.filter(({ key }) => key !== 2000);
  });

describe('partialUpdates tells of the innermost property that changed', () => {
  test('of a data object', async () => {
    expect(await told(['runtime'], true, powerOn)).toEqual([
      'modify runtime.powerState assign poweredOn',
      'modify runtime.cleanPowerOff assign',
    ]);
  });

  test('of what is computed', async () => {
    expect(await told(['summary'], true, powerOn)).toEqual([
      'modify summary.runtime.powerState assign poweredOn',
      'modify summary.runtime.cleanPowerOff assign',
      'modify summary.guest.toolsStatus assign toolsNotInstalled',
    ]);
  });

  test('of all properties', async () => {
    const changes = await told([], true, powerOn);
    expect(changes).toContain('modify runtime.powerState assign poweredOn');
    expect(changes.filter((change) => / (name|config|runtime) assign/.test(change))).toEqual([]);
  });

  test('an added member of an array', async () => {
    expect(await told(['config.hardware.device'], true, addDisk)).toEqual([
      'modify config.hardware.device[2001] add VirtualDisk',
    ]);
  });

  test('a changed member of an array', async () => {
    expect(await told(['config'], true, growDisk)).toEqual([
      'modify config.hardware.device[2000].capacityInKB assign 1024',
    ]);
  });

  test('a removed member of an array', async () => {
    expect(await told(['config'], true, removeDisk)).toEqual(['modify config.hardware.device[2000] remove']);
  });

  test('members whose keys are texts', async () => {
    const change = (lab: Lab) =>
      web(lab).change('config', (config) => {
        config.extraConfig![1]!.value = 'FALSE';
        config.extraConfig!.push({ _type: 'OptionValue', key: 'a "b"', value: '1' } as Data<'OptionValue'>);
      });
    expect(await told(['config.extraConfig'], true, change)).toEqual([
      'modify config.extraConfig["svga.present"].value assign FALSE',
      'modify config.extraConfig["a "b""] add OptionValue',
    ]);
  });

  test('an array whose members have no keys comes as a whole', async () => {
    const change = (lab: Lab) => web(lab).set({ tag: [{ key: 'a' }], network: [] });
    expect(await told(['network', 'tag'], true, change)).toEqual(['modify network assign ', 'modify tag["a"] add Tag']);
  });

  test('a property that was unset comes as a whole', async () => {
    const change = (lab: Lab) => web(lab).set({ snapshot: { rootSnapshotList: [] } });
    expect(await told(['snapshot'], true, change)).toEqual(['modify snapshot assign ']);
  });
});

describe('without partialUpdates the property of the filter comes as a whole', () => {
  test.each([
    [['runtime'], powerOn, ['modify runtime assign VirtualMachineRuntimeInfo']],
    [['runtime.powerState', 'name'], powerOn, ['modify runtime.powerState assign poweredOn']],
    [['config.hardware.device'], addDisk, ['modify config.hardware.device assign ArrayOfVirtualDevice']],
    [
      ['config.hardware.device[2000].capacityInKB'],
      growDisk,
      ['modify config.hardware.device[2000].capacityInKB assign 1024'],
    ],
  ])('%s', async (paths, change, changes) => {
    expect(await told(paths, false, change)).toEqual(changes);
  });

  test('what went with what contained it is removed indirectly', async () => {
    expect(await told(['config.hardware.device[2000].backing.fileName'], false, removeDisk)).toEqual([
      'modify config.hardware.device[2000].backing.fileName indirectRemove',
    ]);
  });

  test('what is unset by itself has no value any more', async () => {
    const change = (lab: Lab) => web(lab).change('config', (config) => (config.migrateEncryption = undefined));
    expect(await told(['config.migrateEncryption'], false, change)).toEqual(['modify config.migrateEncryption assign']);
  });

  test('a change that changes nothing of it is not told', async () => {
    expect(await told(['name', 'config.uuid'], false, powerOn)).toEqual([]);
    expect(await told(['config'], true, (lab) => web(lab).change('config', () => {}))).toEqual([]);
  });
});

test('a task is told of as waiting clients need it: info as a whole, or info.state', async () => {
  for (const partial of [false, true]) {
    const lab = await loggedIn({ taskDurations: { '*': 1_000 } });
    const started = await lab.call(
      `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`,
    );
    const task = textOf(started.body, 'returnval')!;
    await createFilter(lab, propSet('Task', 'info') + objectSet('Task', task), { partial });
    const first = await updates(lab);
    expect(changesIn(first.body)).toEqual(['enter info assign TaskInfo']);
    await lab.clock.advance(1_000);
    await lab.mock.tasks.idle();
    const changes = changesIn((await updates(lab, first.version)).body);
    if (partial) expect(changes).toContain('modify info.state assign success');
    else expect(changes).toEqual(['modify info assign TaskInfo']);
  }
});

test('a field that is newer than the client is not told of', async () => {
  const lab = await loggedIn();
  const call = lab.call;
  lab.call = (content) => call(content, '"urn:vim25/6.5"');
  await createFilter(lab, oneVm(lab, 'runtime'), { partial: true });
  const { version } = await updates(lab);
  // runtime.cryptoState came with 6.7
  web(lab).change('runtime', (runtime) => {
    runtime.cryptoState = 'locked';
  });
  expect(changesIn((await updates(lab, version)).body)).toEqual([]);
});

describe('several filters', () => {
  test('each tells of its own; a destroyed one of nothing', async () => {
    const lab = await loggedIn();
    const power = await createFilter(lab, oneVm(lab, 'runtime.powerState'));
    const name = await createFilter(lab, oneVm(lab, 'name'));
    const first = await updates(lab);
    expect([...first.body.matchAll(/<filter type="PropertyFilter">([^<]*)</g)].map(([, id]) => id)).toEqual([
      power,
      name,
    ]);
    powerOn(lab);
    const second = await updates(lab, first.version);
    expect([...second.body.matchAll(/<filter type="PropertyFilter">([^<]*)</g)].map(([, id]) => id)).toEqual([power]);
    const listed = async () => {
      const { body } = await lab.call(
        '<Fetch xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><prop>filter</prop></Fetch>',
      );
      return [...body.matchAll(/session\[[^\]]*\][0-9a-f-]*/g)].map(([id]) => id);
    };
    expect(await listed()).toEqual([power, name]);
    await lab.call(
      `<DestroyPropertyFilter xmlns="urn:vim25"><_this type="PropertyFilter">${power}</_this></DestroyPropertyFilter>`,
    );
    expect(await listed()).toEqual([name]);
    web(lab).change('runtime', (runtime) => {
      runtime.powerState = 'suspended';
    });
    expect((await updates(lab, second.version)).body).not.toContain('returnval');
  });

  test('a collector of its own keeps versions of its own and takes its filters with it', async () => {
    const lab = await loggedIn();
    const created = await collectorCall(lab, 'CreatePropertyCollector');
    const own = textOf(created.body, 'returnval')!;
    const filter = await createFilter(lab, oneVm(lab, 'name'), { collector: own });
    expect((await updates(lab, '', { collector: own })).version).toBe('1');
    expect((await updates(lab)).version).toBe('');
    await collectorCall(lab, 'DestroyPropertyCollector', '', own);
    for (const [type, id] of [
      ['PropertyCollector', own],
      ['PropertyFilter', filter],
    ]) {
      const { body } = await lab.call(
        `<Fetch xmlns="urn:vim25"><_this type="${type}">${id}</_this><prop>filter</prop></Fetch>`,
      );
      expect(body).toContain('<ManagedObjectNotFoundFault');
    }
    // The collector that every session has cannot be destroyed.
    expect((await collectorCall(lab, 'DestroyPropertyCollector')).body).toContain('<NotSupportedFault');
  });
});

describe('what a filter selects follows the inventory', () => {
  test('objects enter and leave with the properties that lead to them', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOfFolder(lab));
    const first = await updates(lab);
    expect(changesIn(first.body)).toEqual(['enter name assign web', 'enter name assign db']);
    const folder = await lab.call(
      `<CreateFolder xmlns="urn:vim25"><_this type="Folder">${lab.mock.inventory.datacenters[0]!.get('vmFolder').value}</_this><name>deep</name></CreateFolder>`,
    );
    const { vmFactory, store, inventory } = lab.mock.vc;
    const deep = store.get('Folder', { type: 'Folder', value: textOf(folder.body, 'returnval')! })!;
    const host = inventory.hosts[0]!;
    const pool = store.get('ResourcePool', inventory.clusters[0]!.get('resourcePool'))!;
    const datastore = inventory.datastores[0]!;
    const added = vmFactory.add({ name: 'new' }, { host, pool, datastore, folder: deep });
    const second = await updates(lab, first.version);
    expect(changesIn(second.body)).toEqual(['enter name assign new']);
    vmFactory.remove(added);
    expect(changesIn((await updates(lab, second.version)).body)).toEqual(['leave']);
  });

  test('an object that comes and goes unseen is not told of', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOfFolder(lab));
    const first = await updates(lab);
    const { vmFactory, store, inventory } = lab.mock.vc;
    const at = {
      host: inventory.hosts[0]!,
      pool: store.get('ResourcePool', inventory.clusters[0]!.get('resourcePool'))!,
      datastore: inventory.datastores[0]!,
      folder: store.get('Folder', inventory.datacenters[0]!.get('vmFolder'))!,
    };
    vmFactory.remove(vmFactory.add({ name: 'new' }, at));
    expect((await updates(lab, first.version)).body).not.toContain('returnval');
  });

  test('maxObjectUpdates cuts, and says whether there is more', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOfFolder(lab));
    const first = await updates(lab, '', { max: 1 });
    expect([changesIn(first.body), textOf(first.body, 'truncated')]).toEqual([['enter name assign web'], 'true']);
    const second = await updates(lab, first.version, { max: 1 });
    expect([changesIn(second.body), textOf(second.body, 'truncated')]).toEqual([['enter name assign db'], undefined]);
    expect((await updates(lab, second.version, { max: 1 })).body).not.toContain('returnval');
  });

  test('objects that the spec names and that are gone', async () => {
    const lab = await loggedIn();
    const spec = (report: boolean) =>
      `${oneVm(lab, 'name')}${objectSet('VirtualMachine', 'vm-0')}<reportMissingObjectsInResults>${report}</reportMissingObjectsInResults>`;
    await expect(createFilter(lab, spec(false))).rejects.toThrow('ManagedObjectNotFoundFault');
    await createFilter(lab, spec(true));
    const first = await updates(lab);
    expect(changesIn(first.body)).toEqual(['enter name assign web']);
    expect(first.body).toContain(
      '<missingSet><obj type="VirtualMachine">vm-0</obj><fault><fault xsi:type="ManagedObjectNotFound"><obj type="VirtualMachine">vm-0</obj>',
    );
    // It is told of once.
    expect((await updates(lab, first.version)).body).not.toContain('returnval');
    lab.mock.vc.vmFactory.remove(web(lab));
    const second = await updates(lab, first.version);
    expect(changesIn(second.body)).toEqual(['leave']);
    expect(second.body).toMatch(/<missingSet><obj type="VirtualMachine">vm-\d\d</);
  });
});

describe('versions', () => {
  const rename = (lab: Lab, from: string, to: string) =>
    lab.mock.inventory.vm(from)!.change('config', (config) => {
      config.name = to;
    });

  test('a version serves again: a client whose answer was lost asks for the same changes', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOfFolder(lab));
    const first = await updates(lab);
    rename(lab, 'web', 'web-2');
    const lost = await updates(lab, first.version);
    expect(changesIn(lost.body)).toEqual(['modify name assign web-2']);
    const again = await updates(lab, first.version);
    expect(changesIn(again.body)).toEqual(['modify name assign web-2']);
    expect(Number(again.version)).toBeGreaterThan(Number(lost.version));
    // By then there may be more, and an object may have gone.
    rename(lab, 'web-2', 'web-3');
    lab.mock.vc.vmFactory.remove(lab.mock.inventory.vm('db')!);
    const gone = await updates(lab, again.version);
    expect(changesIn(gone.body)).toEqual(['modify name assign web-3', 'leave']);
    expect(changesIn((await updates(lab, first.version)).body)).toEqual(['modify name assign web-3', 'leave']);
  });

  test('a version serves again also when nothing is new to it any more', async () => {
    const lab = await loggedIn();
    await createFilter(lab, oneVm(lab, 'name'));
    const first = await updates(lab);
    rename(lab, 'web', 'web-2');
    const lost = await updates(lab, first.version);
    rename(lab, 'web-2', 'web');
    for (let poll = 0; poll < 2; poll++) expect((await updates(lab, first.version)).body).not.toContain('returnval');
    expect((await updates(lab, lost.version)).body).toContain('<InvalidCollectorVersionFault');
  });

  test('filters and objects that came after a version are new to it', async () => {
    const lab = await loggedIn();
    await createFilter(lab, oneVm(lab, 'name'));
    const first = await updates(lab);
    await createFilter(lab, vmsOfFolder(lab));
    const entered = ['enter name assign web', 'enter name assign db'];
    expect(changesIn((await updates(lab, first.version)).body)).toEqual(entered);
    expect(changesIn((await updates(lab, first.version)).body)).toEqual(entered);
  });

  test('a version that is older than what is kept is InvalidCollectorVersion', async () => {
    const lab = await loggedIn({ assumed: { collectorVersions: 1 } });
    await createFilter(lab, oneVm(lab, 'name'));
    const first = await updates(lab);
    rename(lab, 'web', 'web-2');
    const second = await updates(lab, first.version);
    rename(lab, 'web-2', 'web-3');
    await updates(lab, second.version);
    expect((await updates(lab, first.version)).body).toContain('<InvalidCollectorVersionFault');
    expect(changesIn((await updates(lab, second.version)).body)).toEqual(['modify name assign web-3']);
  });

  test('the version of a cut answer goes on once, and only with WaitForUpdatesEx', async () => {
    const lab = await loggedIn();
    await createFilter(lab, vmsOfFolder(lab));
    const whole = await updates(lab);
    rename(lab, 'web', 'web-2');
    rename(lab, 'db', 'db-2');
    const cut = await updates(lab, whole.version, { max: 1 });
    expect(textOf(cut.body, 'truncated')).toBe('true');
    for (const method of ['CheckForUpdates', 'WaitForUpdates']) {
      const { body } = await collectorCall(lab, method, `<version>${cut.version}</version>`);
      expect(body).toContain('<InvalidCollectorVersionFault');
    }
    expect(changesIn((await updates(lab, cut.version, { max: 1 })).body)).toEqual(['modify name assign db-2']);
    expect((await updates(lab, cut.version)).body).toContain('<InvalidCollectorVersionFault');
    expect(changesIn((await updates(lab, whole.version)).body).toSorted()).toEqual([
      'modify name assign db-2',
      'modify name assign web-2',
    ]);
  });
});

test('an answer is cut only when something is left to tell', async () => {
  const lab = await loggedIn();
  await createFilter(lab, vmsOfFolder(lab));
  await createFilter(lab, oneVm(lab, 'name'));
  const first = await updates(lab);
  lab.mock.inventory.vm('web')!.change('config', (config) => {
    config.annotation = 'not in the filter';
  });
  lab.mock.inventory.vm('db')!.change('config', (config) => {
    config.name = 'db-2';
  });
  const second = await updates(lab, first.version, { max: 1 });
  expect([changesIn(second.body), textOf(second.body, 'truncated')]).toEqual([['modify name assign db-2'], undefined]);
});

test('what changes while objects come and go is told as well', async () => {
  const lab = await loggedIn();
  await createFilter(lab, vmsOfFolder(lab));
  const first = await updates(lab);
  lab.mock.vc.vmFactory.remove(lab.mock.inventory.vm('db')!);
  lab.mock.inventory.vm('web')!.change('config', (config) => {
    config.name = 'web-2';
  });
  expect(changesIn((await updates(lab, first.version)).body)).toEqual(['modify name assign web-2', 'leave']);
});

test.each([
  ['<version>nonsense</version>', '<InvalidCollectorVersionFault'],
  ['<version>7</version>', '<InvalidCollectorVersionFault'],
  ['<options><maxObjectUpdates>0</maxObjectUpdates></options>', '<invalidProperty>options.maxObjectUpdates<'],
  ['<options><maxWaitSeconds>-1</maxWaitSeconds></options>', '<invalidProperty>options.maxWaitSeconds<'],
])('a wait that cannot be is refused: %s', async (content, expected) => {
  const lab = await loggedIn();
  const answer = await collectorCall(lab, 'WaitForUpdatesEx', content);
  expect(answer.status).toBe(500);
  expect(answer.body).toContain(expected);
});
