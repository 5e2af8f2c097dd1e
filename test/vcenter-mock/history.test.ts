import { expect, test } from 'vitest';
import { fetchOf, type Lab, loggedIn, textOf } from './lab.ts';

const all = (body: string, tag: string) =>
  [...body.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([^<]*)</${tag}>`, 'g'))].map((match) => match[1]);
const call = (lab: Lab, type: string, id: string, method: string, params = '') =>
  lab.call(`<${method} xmlns="urn:vim25"><_this type="${type}">${id}</_this>${params}</${method}>`);
const power = async (lab: Lab, name: string, what: 'On' | 'Off') => {
  await call(lab, 'VirtualMachine', lab.ref(name), `Power${what}VM_Task`);
  await lab.mock.tasks.idle();
};
const within = (type: string, id: string, recursion: string) =>
  `<entity><entity type="${type}">${id}</entity><recursion>${recursion}</recursion></entity>`;

async function collector(lab: Lab, filter: string): Promise<string> {
  const { body } = await call(
    lab,
    'TaskManager',
    'TaskManager',
    'CreateCollectorForTasks',
    `<filter>${filter}</filter>`,
  );
  return textOf(body, 'returnval') ?? body;
}

const read = async (lab: Lab, id: string, method = 'ReadNextTasks') =>
  all((await call(lab, 'TaskHistoryCollector', id, method, '<maxCount>10</maxCount>')).body, 'name');

test('tasks are found by entity, state, time and user', async () => {
  const lab = await loggedIn();
  await power(lab, 'web', 'On');
  await lab.clock.advance(60_000);
  await power(lab, 'web', 'On');
  await power(lab, 'db', 'Off');
  const found = async (filter: string) => read(lab, await collector(lab, filter));
  expect(await found('')).toEqual(['PowerOnVM_Task', 'PowerOnVM_Task', 'PowerOffVM_Task']);
  expect(await found(within('VirtualMachine', lab.ref('db'), 'self'))).toEqual(['PowerOffVM_Task']);
  const folder = lab.mock.inventory.vm('web')!.get('parent')!;
  expect(await found(within('Folder', folder.value, 'children'))).toHaveLength(3);
  expect(await found(within('Folder', folder.value, 'self'))).toEqual([]);
  expect(await found(within('Folder', 'group-d1', 'all'))).toHaveLength(3);
  expect(await found(within('Folder', 'group-d1', 'children'))).toHaveLength(3);
  expect(await found(within('VirtualMachine', lab.ref('db'), 'children'))).toEqual([]);
  expect(await found('<state>error</state>')).toEqual(['PowerOnVM_Task']);
  expect(await found('<time><timeType>completedTime</timeType><endTime>2026-01-02T03:04:30Z</endTime></time>')).toEqual(
    ['PowerOnVM_Task'],
  );
  const by = (user: string) => `<userName><systemUser>false</systemUser><userList>${user}</userList></userName>`;
  expect(await found(by('administrator@vsphere.local'))).toHaveLength(3);
  expect(await found(by('nobody'))).toEqual([]);
  expect(await found('<eventChainId>2</eventChainId>')).toEqual(['PowerOnVM_Task']);
});

test('a task collector reads forwards, backwards and shows its newest page', async () => {
  const lab = await loggedIn();
  await power(lab, 'web', 'On');
  await power(lab, 'web', 'Off');
  const id = await collector(lab, '');
  const chain = async (method: string, count: number) =>
    all((await call(lab, 'TaskHistoryCollector', id, method, `<maxCount>${count}</maxCount>`)).body, 'eventChainId');
  expect(await chain('ReadPreviousTasks', 5)).toEqual([]);
  expect(await chain('ReadNextTasks', 1)).toEqual(['1']);
  expect(await chain('ReadNextTasks', 5)).toEqual(['2']);
  expect(await chain('ReadNextTasks', 5)).toEqual([]);
  expect(await chain('ReadPreviousTasks', 5)).toEqual(['2', '1']);
  await call(lab, 'TaskHistoryCollector', id, 'ResetCollector');
  expect(await chain('ReadPreviousTasks', 1)).toEqual(['2']);
  await call(lab, 'TaskHistoryCollector', id, 'RewindCollector');
  expect(await chain('ReadNextTasks', 5)).toEqual(['1', '2']);
  await call(lab, 'TaskHistoryCollector', id, 'SetCollectorPageSize', '<maxCount>1</maxCount>');
  expect(all((await lab.call(fetchOf('TaskHistoryCollector', id, 'latestPage'))).body, 'eventChainId')).toEqual(['2']);

  const property = '<_this type="PropertyCollector">propertyCollector</_this>';
  await lab.call(
    `<CreateFilter xmlns="urn:vim25">${property}<spec><propSet><type>TaskHistoryCollector</type><pathSet>latestPage</pathSet></propSet><objectSet><obj type="TaskHistoryCollector">${id}</obj></objectSet></spec><partialUpdates>false</partialUpdates></CreateFilter>`,
  );
  const first = (await lab.call(`<WaitForUpdatesEx xmlns="urn:vim25">${property}</WaitForUpdatesEx>`)).body;
  const pending = lab.call(
    `<WaitForUpdatesEx xmlns="urn:vim25">${property}<version>${textOf(first, 'version')}</version></WaitForUpdatesEx>`,
  );
  await power(lab, 'db', 'Off');
  expect(all((await pending).body, 'eventChainId')).toEqual(['3']);
});

test('a session has at most 32 collectors of a kind', async () => {
  const lab = await loggedIn();
  const ids: string[] = [];
  for (let i = 0; i < 32; i++) ids.push(await collector(lab, ''));
  expect(await collector(lab, '')).toContain('<InvalidStateFault');
  await call(lab, 'TaskHistoryCollector', ids[0] ?? '', 'DestroyCollector');
  expect(await collector(lab, '')).toMatch(/^session\[/);
});

test('an extension drives a task of its own', async () => {
  const lab = await loggedIn();
  const create = (type: string) =>
    call(
      lab,
      'TaskManager',
      'TaskManager',
      'CreateTask',
      `<obj type="VirtualMachine">${lab.ref('web')}</obj><taskTypeId>${type}</taskTypeId><cancelable>true</cancelable>`,
    );
  expect((await create('com.example.unknown')).body).toContain('<InvalidArgumentFault');
  const made = await create('VirtualMachine.clone');
  expect(textOf(made.body, 'state')).toBe('queued');
  const id = textOf(made.body, 'key') ?? '';
  const on = (method: string, params: string) => call(lab, 'Task', id, method, params);
  expect((await on('UpdateProgress', '<percentDone>5</percentDone>')).body).toContain('<InvalidStateFault');
  await on('SetTaskState', '<state>running</state>');
  expect((await on('UpdateProgress', '<percentDone>101</percentDone>')).body).toContain(
    '<OutOfBoundsFault xmlns="urn:vim25" xsi:type="OutOfBounds"><argumentName>percentDone</argumentName>',
  );
  await on('UpdateProgress', '<percentDone>40</percentDone>');
  await on('SetTaskDescription', '<description><key>com.example.copy</key><message>Copying</message></description>');
  await on('CancelTask', '');
  const running = (await lab.call(fetchOf('Task', id, 'info'))).body;
  expect([textOf(running, 'progress'), textOf(running, 'cancelled'), textOf(running, 'message')]).toEqual([
    '40',
    'true',
    'Copying',
  ]);
  await on('SetTaskState', '<state>success</state><result xsi:type="xsd:string">done</result>');
  const info = (await lab.call(fetchOf('Task', id, 'info'))).body;
  expect(info).toContain('<result xsi:type="xsd:string">done</result>');
  expect((await on('SetTaskState', '<state>running</state>')).body).toContain('<InvalidStateFault');
  expect((await on('CancelTask', '')).body).toContain('<InvalidStateFault');
  const recent = (await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'recentTask'))).body;
  expect(recent).toContain(id);
});

test('tasks of the vCenter itself cannot be driven, nor cancelled when they say so', async () => {
  const lab = await loggedIn();
  await power(lab, 'web', 'On');
  const task = lab.mock.vc.store.all('Task')[0]!.ref.value;
  expect((await call(lab, 'Task', task, 'SetTaskState', '<state>running</state>')).body).toContain(
    '<NotSupportedFault',
  );
});

test('events come from extensions, tell their arguments, and are found by category and user', async () => {
  const lab = await loggedIn();
  const manager = (method: string, params: string) => call(lab, 'EventManager', 'EventManager', method, params);
  const vm = `<vm><name>web</name><vm type="VirtualMachine">${lab.ref('web')}</vm></vm>`;
  const base = '<key>0</key><chainId>0</chainId><createdTime>2026-01-01T00:00:00Z</createdTime><userName></userName>';
  const posted = await manager(
    'PostEvent',
    `<eventToPost xsi:type="EventEx">${base}${vm}<eventTypeId>com.example.backup</eventTypeId><severity>warning</severity><message>Backup is late</message></eventToPost>`,
  );
  expect(posted.status).toBe(200);
  const found = await manager(
    'QueryEvents',
    `<filter>${within('VirtualMachine', lab.ref('web'), 'self')}<category>warning</category><eventTypeId>com.example.backup</eventTypeId></filter>`,
  );
  expect(textOf(found.body, 'fullFormattedMessage')).toBe('Backup is late');
  expect(textOf(found.body, 'userName')).toBe('VSPHERE.LOCAL\\administrator');
  expect(textOf(found.body, 'createdTime')).toBe('2026-01-02T03:04:05.000Z');
  const below = async (recursion: string) =>
    all(
      (
        await manager(
          'QueryEvents',
          `<filter>${within('Folder', 'group-d1', recursion)}<category>warning</category></filter>`,
        )
      ).body,
      'eventTypeId',
    );
  expect(await below('children')).toEqual(['com.example.backup']);
  expect(await below('self')).toEqual([]);
  const post = (type: string, content: string) =>
    manager('PostEvent', `<eventToPost xsi:type="${type}">${base}${content}</eventToPost>`);
  expect((await post('VmPoweredOnEvent', `${vm}<template>false</template>`)).status).toBe(200);
  const newest = await lab.call(fetchOf('EventManager', 'EventManager', 'latestEvent'));
  expect(newest.body).toContain('<returnval xsi:type="VmPoweredOnEvent">');
  const gone = vm.replace(lab.ref('web'), 'vm-4711');
  const refused = [
    await post('VmPoweredOnEvent', `${gone}<template>false</template>`),
    await post('EventEx', '<eventTypeId>com.example.backup</eventTypeId><severity>dire</severity>'),
    await manager('LogUserEvent', `<entity type="VirtualMachine">${lab.ref('web')}</entity><msg></msg>`),
    await manager(
      'LogUserEvent',
      `<entity type="Datastore">${lab.mock.inventory.datastores[0]!.ref.value}</entity><msg>x</msg>`,
    ),
    await manager('QueryEvents', '<filter><type>CoffeeEvent</type></filter>'),
    await manager('CreateCollectorForEvents', '<filter><type>VirtualDisk</type></filter>'),
  ];
  expect(refused.map(({ body }) => textOf(body, 'invalidProperty'))).toEqual([
    'eventToPost',
    'eventToPost.severity',
    'msg',
    'entity',
    'filter.type',
    'filter.type',
  ]);
  expect(
    (await manager('QueryEvents', `<filter>${within('VirtualMachine', 'vm-4711', 'self')}</filter>`)).body,
  ).toContain('<ManagedObjectNotFoundFault');
  const described = await manager('RetrieveArgumentDescription', '<eventTypeId>vim.event.VmRenamedEvent</eventTypeId>');
  expect(all(described.body, 'name')).toEqual(['template', 'oldName', 'newName']);
  expect((await manager('RetrieveArgumentDescription', '<eventTypeId>No</eventTypeId>')).body).toContain(
    '<InvalidArgumentFault',
  );
});
