import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Lab, password, startLab, textOf, username } from './lab.ts';

/** Requests of real clients. The recorded answers come from another simulator and are used only to map ids. */
const traces = new URL('../../../shared/traces/', import.meta.url);
const present = existsSync(traces);
if (!present) console.warn('traces.test.ts: skipped without ../shared/traces');

interface Exchange {
  method: string;
  path: string;
  soapAction: string;
  body: string;
  /** What the recorded server answered. */
  recorded: string;
}

function exchanges(file: string): Exchange[] {
  const text = readFileSync(new URL(file, traces), 'utf8');
  return text
    .split(/^>>>>> request \d+ /m)
    .slice(1)
    .map((part) => {
      const [request = '', recorded = ''] = part.split(/^<<<<< response /m);
      return {
        method: /^\S+/.exec(request)?.[0] ?? '',
        path: /^POST (\S+)/m.exec(request)?.[1] ?? '',
        soapAction: /^Soapaction: (.*)$/m.exec(request)?.[1] ?? '',
        body: request.slice(request.indexOf('<?xml')).trim(),
        recorded,
      };
    });
}

/** Our ids for those of the recorded inventory, by what they are. */
function inventoryIds(lab: Lab): Map<string, string> {
  const { inventory } = lab.mock;
  const [datacenter] = inventory.datacenters;
  const [cluster] = inventory.clusters;
  const vm = inventory.vm('db')?.ref.value ?? '';
  return new Map([
    ['Datacenter', datacenter?.ref.value ?? ''],
    ['VirtualMachine', vm],
    ['HostSystem', lab.ref('esx-01')],
    ['ResourcePool', cluster?.get('resourcePool')?.value ?? ''],
    ['ComputeResource', cluster?.ref.value ?? ''],
    ['ClusterComputeResource', cluster?.ref.value ?? ''],
    ['group-2', datacenter?.get('vmFolder').value ?? ''],
    ['group-3', datacenter?.get('hostFolder').value ?? ''],
  ]);
}

/** Plays a recording against the mock and gives the answers by method, in order. */
async function replay(
  lab: Lab,
  file: string,
  options: { task?: string; beforeWait?: (count: number) => Promise<void> } = {},
): Promise<Map<string, string[]>> {
  const known = inventoryIds(lab);
  if (options.task) known.set('Task', options.task);
  const beforeWait = options.beforeWait ?? (() => lab.mock.tasks.idle());
  const mapped = new Map<string, string>();
  const answers = new Map<string, string[]>();
  for (const exchange of exchanges(file)) {
    let body = exchange.body
      .replace('<userName>user</userName>', `<userName>${username}</userName>`)
      .replace('<password>********</password>', `<password>${password}</password>`)
      .replace(/type="(\w+)">([^<]*)</g, (whole, type: string, id: string) => {
        const mine = mapped.get(id) ?? known.get(id) ?? (/^(group-d1|\D+)$/.test(id) ? undefined : known.get(type));
        const mineType = type === 'ComputeResource' && mine ? 'ClusterComputeResource' : type;
        return mine === undefined ? whole : `type="${mineType}">${mine}<`;
      });
    body = body.replace(/(<vcSessionCookie[^>]*>)[^<]*/, `$1${lab.cookie?.split('"')[1] ?? ''}`);
    const recordedVersion = /<version>(.*?)<\/version><\/WaitForUpdatesEx>/.exec(body)?.[1];
    if (recordedVersion) {
      const last = answers.get('WaitForUpdatesEx')?.at(-1) ?? '';
      body = body.replace(`<version>${recordedVersion}<`, `<version>${textOf(last, 'version')}<`);
    }
    if (exchange.method === 'WaitForUpdatesEx') await beforeWait((answers.get(exchange.method)?.length ?? 0) + 1);
    const answer = await lab.send(exchange.path, body, { soapAction: exchange.soapAction });
    expect(`${exchange.method} ${answer.status}`).toBe(`${exchange.method} 200`);
    expect(answer.body).toContain(`<${exchange.method}Response xmlns="urn:`);
    const [cookie] = answer.headers['set-cookie'] ?? [];
    if (cookie) lab.cookie = cookie;
    const returned = /<returnval type="\w+">([^<]*)<\/returnval>/;
    const theirs = returned.exec(exchange.recorded)?.[1];
    const ours = returned.exec(answer.body)?.[1];
    if (theirs && ours) mapped.set(theirs, ours);
    answers.set(exchange.method, [...(answers.get(exchange.method) ?? []), answer.body]);
  }
  return answers;
}

const last = (answers: Map<string, string[]>, method: string) => answers.get(method)?.at(-1) ?? '';

test.skipIf(!present)('govc vm.info', async () => {
  const answers = await replay(await startLab(), 'govc_vm_info.txt');
  const all = answers.get('RetrievePropertiesEx') ?? [];
  const summary = all.find((body) => body.includes('xsi:type="VirtualMachineSummary"')) ?? '';
  expect(summary).toContain('<config><name>db</name>');
  expect(all.at(-1)).toContain('>esx-01</val>');
});

test.skipIf(!present)('govc find -type m', async () => {
  const answers = await replay(await startLab(), 'govc_find.txt');
  const listing = (answers.get('RetrievePropertiesEx') ?? []).find((body) => body.includes('>web</val>')) ?? '';
  expect(listing.match(/<obj type="VirtualMachine">/g)).toHaveLength(2);
  // The path of each VM: itself, its folder, the datacenter, the root.
  expect(last(answers, 'RetrievePropertiesEx').match(/<objects>/g)).toHaveLength(4);
});

test.skipIf(!present)('govc vm.power -off', async () => {
  const lab = await startLab({ taskDurations: { PowerOffVM_Task: 1000 } });
  // The recorded client sees the task run first and waits a second time.
  const answers = await replay(lab, 'govc_vm_power.txt', {
    beforeWait: async (count) => {
      if (count === 1) return;
      await lab.clock.advance(1000);
      await lab.mock.tasks.idle();
    },
  });
  const [first, second] = answers.get('WaitForUpdatesEx') ?? [];
  expect(textOf(first ?? '', 'kind')).toBe('enter');
  expect(textOf(first ?? '', 'state')).toBe('running');
  expect(textOf(second ?? '', 'kind')).toBe('modify');
  expect(textOf(second ?? '', 'state')).toBe('success');
  expect(lab.mock.inventory.vm('db')?.get('runtime').powerState).toBe('poweredOff');
});

test.skipIf(!present)('govc vm.change -migrate-encryption', async () => {
  const lab = await startLab();
  const answers = await replay(lab, 'govc_vm_change.txt');
  expect(textOf(last(answers, 'WaitForUpdatesEx'), 'state')).toBe('success');
  expect(lab.mock.inventory.vm('db')?.get('config')?.migrateEncryption).toBe('opportunistic');
});

test.skipIf(!present)('govc vm.migrate', async () => {
  const lab = await startLab();
  const answers = await replay(lab, 'govc_vm_migrate.txt');
  expect(textOf(last(answers, 'WaitForUpdatesEx'), 'state')).toBe('success');
  expect(lab.mock.inventory.vm('db')?.get('runtime').host?.value).toBe(lab.ref('esx-01'));
});

test.skipIf(!present)('govc events', async () => {
  const answers = await replay(await startLab(), 'govc_events.txt');
  expect(last(answers, 'WaitForUpdatesEx')).toContain('<Event xsi:type="UserLoginSessionEvent">');
  expect(last(answers, 'RetrievePropertiesEx')).toContain('xsi:type="ArrayOfEventDescriptionEventDetail"');
});

test.skipIf(!present)('govc tasks', async () => {
  const lab = await startLab();
  await lab.login();
  const started = await lab.call(
    `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`,
  );
  await lab.mock.tasks.idle();
  // The recorded client logs in by itself.
  lab.cookie = undefined;
  const task = textOf(started.body, 'returnval');
  const answers = await replay(lab, 'govc_tasks.txt', { task });
  const [first, second] = answers.get('WaitForUpdatesEx') ?? [];
  expect(first).toContain('<name>recentTask</name>');
  // The task was put into the list view: it enters.
  expect(second).toContain(`<kind>enter</kind><obj type="Task">${task}</obj>`);
});

test.skipIf(!present)('govc alarms', async () => {
  const answers = await replay(await startLab(), 'govc_alarms.txt');
  expect(last(answers, 'RetrievePropertiesEx')).toContain('xsi:type="ArrayOfAlarmState"></val>');
});

test.skipIf(!present)('govc storage.policy.ls', async () => {
  const known = await startLab({
    policies: [{ name: 'MyEnc', id: 'dce18850-1e85-41cd-80e6-6c049b7d688d', encrypts: true }],
  });
  const answers = await replay(known, 'govc_storage_policy_ls.txt');
  const names = [...last(answers, 'PbmRetrieveContent').matchAll(/<\/profileId><name>(.*?)<\/name>/g)].map(
    (match) => match[1],
  );
  expect(names).toEqual([
    'vSAN Default Storage Policy',
    'VVol No Requirements Policy',
    'VM Encryption Policy',
    'Host-local PMem Default Storage Policy',
    'MyEnc',
  ]);
});
