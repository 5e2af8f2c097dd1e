import { expect, test } from 'vitest';
import { fetchOf, type Lab, loggedIn, textOf } from './lab.ts';

async function query(lab: Lab, filter: string): Promise<string> {
  const { body } = await lab.call(
    `<QueryEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter>${filter}</filter></QueryEvents>`,
  );
  return body;
}

const types = (body: string) => [...body.matchAll(/<returnval xsi:type="(\w+)">/g)].map((match) => match[1]);

test('events are found by entity, type and time', async () => {
  const lab = await loggedIn();
  const vm = lab.mock.inventory.vm('web')!;
  lab.mock.events.post('VmPoweredOnEvent', { template: false }, { vm });
  await lab.clock.advance(60_000);
  lab.mock.events.postEx(
    {
      eventTypeId: 'com.vmware.vc.kms.crypto.KeyGenerateFail',
      severity: 'error',
      message: 'Key creation failed on key provider.',
    },
    { vm },
  );
  const entity = (type: string, id: string, recursion: string) =>
    `<entity><entity type="${type}">${id}</entity><recursion>${recursion}</recursion></entity>`;
  expect(types(await query(lab, entity('VirtualMachine', lab.ref('web'), 'self')))).toEqual([
    'VmPoweredOnEvent',
    'EventEx',
  ]);
  expect(types(await query(lab, entity('VirtualMachine', lab.ref('db'), 'self')))).toEqual([]);
  expect(types(await query(lab, entity('Folder', 'group-d1', 'all')))).toEqual([
    'UserLoginSessionEvent',
    'VmPoweredOnEvent',
    'EventEx',
  ]);
  expect(types(await query(lab, '<time><beginTime>2026-01-02T03:05:00Z</beginTime></time>'))).toEqual(['EventEx']);
  expect(types(await query(lab, '<category>error</category>'))).toEqual(['EventEx']);
  expect(types(await query(lab, '<maxCount>2</maxCount>'))).toEqual(['VmPoweredOnEvent', 'EventEx']);
  const found = await query(lab, '<eventTypeId>com.vmware.vc.kms.crypto.KeyGenerateFail</eventTypeId>');
  expect(textOf(found, 'eventTypeId')).toBe('com.vmware.vc.kms.crypto.KeyGenerateFail');
  expect(textOf(found, 'severity')).toBe('error');
  expect(found).toContain(
    `<objectId>${lab.ref('web')}</objectId><objectType>VirtualMachine</objectType><objectName>web</objectName>`,
  );
  expect(found).toContain(`<vm><name>web</name><vm type="VirtualMachine">${lab.ref('web')}</vm></vm>`);
  expect(found).toContain('<host><name>esx-01</name>');
  expect(textOf(found, 'fullFormattedMessage')).toBe('Key creation failed on key provider.');
});

test('a history collector pages, and a waiting client sees the newest page grow', async () => {
  const lab = await loggedIn();
  const created = await lab.call(
    '<CreateCollectorForEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter><entity><entity type="Folder">group-d1</entity><recursion>all</recursion></entity></filter></CreateCollectorForEvents>',
  );
  const id = textOf(created.body, 'returnval');
  const self = `<_this type="EventHistoryCollector">${id}</_this>`;
  await lab.call(`<SetCollectorPageSize xmlns="urn:vim25">${self}<maxCount>2</maxCount></SetCollectorPageSize>`);
  const vm = lab.mock.inventory.vm('web')!;
  for (const message of ['one', 'two', 'three']) lab.mock.events.post('VmRenamedEvent', {}, { vm, message });
  const messages = (body: string) =>
    [...body.matchAll(/<fullFormattedMessage>(.*?)<\/fullFormattedMessage>/g)].map((match) => match[1]);
  const latest = async () => messages((await lab.call(fetchOf('EventHistoryCollector', id ?? '', 'latestPage'))).body);
  expect(await latest()).toEqual(['three', 'two']);
  const next = await lab.call(`<ReadNextEvents xmlns="urn:vim25">${self}<maxCount>10</maxCount></ReadNextEvents>`);
  expect(messages(next.body).slice(-3)).toEqual(['one', 'two', 'three']);
  expect(
    (await lab.call(`<ReadNextEvents xmlns="urn:vim25">${self}<maxCount>10</maxCount></ReadNextEvents>`)).body,
  ).not.toContain('returnval');
  const previous = await lab.call(
    `<ReadPreviousEvents xmlns="urn:vim25">${self}<maxCount>2</maxCount></ReadPreviousEvents>`,
  );
  expect(messages(previous.body)).toEqual(['three', 'two']);

  const collector = '<_this type="PropertyCollector">propertyCollector</_this>';
  await lab.call(
    `<CreateFilter xmlns="urn:vim25">${collector}<spec><propSet><type>EventHistoryCollector</type><pathSet>latestPage</pathSet></propSet><objectSet><obj type="EventHistoryCollector">${id}</obj></objectSet></spec><partialUpdates>false</partialUpdates></CreateFilter>`,
  );
  const first = (await lab.call(`<WaitForUpdatesEx xmlns="urn:vim25">${collector}</WaitForUpdatesEx>`)).body;
  expect(first).toContain('<val xsi:type="ArrayOfEvent"><Event xsi:type="VmRenamedEvent">');
  const pending = lab.call(
    `<WaitForUpdatesEx xmlns="urn:vim25">${collector}<version>${textOf(first, 'version')}</version></WaitForUpdatesEx>`,
  );
  lab.mock.events.post('VmRenamedEvent', {}, { vm, message: 'four' });
  expect(messages((await pending).body)).toEqual(['four', 'three']);
  expect((await lab.call(`<DestroyCollector xmlns="urn:vim25">${self}</DestroyCollector>`)).status).toBe(200);
});

test('the description names categories, and the ids of extended events before a bar', async () => {
  const lab = await loggedIn();
  const { body } = await lab.call(fetchOf('EventManager', 'EventManager', 'description'));
  expect(body).toMatch(
    /<eventInfo><key>VmPoweredOnEvent<\/key><description>VM powered on<\/description><category>info</,
  );
  expect(body).toContain(
    '<fullFormat>com.vmware.vc.kms.crypto.KeyGenerateFail|Key creation failed on key provider.</fullFormat>',
  );
});

test.each([
  ['6.7', 'Virtual machine is locked because keys are missing on KMS cluster.', false],
  ['7.0', 'Virtual machine is locked because keys were missing on the key provider.', true],
  ['9.0', 'Virtual machine is locked because keys were missing on the key provider.', true],
] as const)('a vCenter %s describes its events in its own words', async (version, text, hasUnreachable) => {
  const lab = await loggedIn({ version });
  const { body } = await lab.call(fetchOf('EventManager', 'EventManager', 'description'));
  expect(body).toContain(`<fullFormat>com.vmware.vc.vm.Crypto.VMLocked.KeyMissingOnKMS|${text}</fullFormat>`);
  // observed: 6.7 does not have this one
  expect(body.includes('com.vmware.vc.kms.crypto.Unreachable|')).toBe(hasUnreachable);
});

// vcenter.md 12.1, 12.2: ids and texts of the releases
test.each([
  ['6.7', 'Cannot relocate VM', { 'com.vmware.vc.vecs.CertExpirationEvent': 'Certificate will expire soon.' }],
  [
    '8.0',
    'Failed to relocate VM',
    {
      'com.vmware.vc.vecs.CertExpirationEvent': 'Certificate will expire soon.',
      'com.vmware.vc.vm.Crypto.VMLocked.TAKeyMissingOnHost':
        'Virtual machine is locked because Trust Authority managed key(s) are missing on the required host.',
      'com.vmware.vc.vm.Crypto.VMLocked.TAKMSClusterUnavaliable':
        'Virtual machine is locked because the required Trusted Key Provider(s) is unavailable.',
      'com.vmware.vc.vm.crypto.DiskchainUsingMixedKeys': 'The disk device is encrypted with mixed keys.',
      'com.vmware.vc.vm.crypto.RekeyFail': '',
      'com.vmware.vc.vm.VmSyncingWithEncryptionEvent':
        'Fault Tolerance virtual machine syncing to secondary with encryption',
    },
  ],
] as const)('a vCenter %s lists the events of its release in its words', async (version, relocation, listed) => {
  const lab = await loggedIn({ version });
  const { body } = await lab.call(fetchOf('EventManager', 'EventManager', 'description'));
  expect(body).toContain(`<key>VmRelocateFailedEvent</key><description>${relocation}</description>`);
  for (const [id, text] of Object.entries(listed)) {
    expect(body).toContain(`<key>EventEx</key><description>${text}</description>`);
    expect(body).toContain(`<fullFormat>${id}|${text}</fullFormat>`);
  }
  const isNewer = version !== '6.7';
  expect(body.includes('VMLocked.TAKeyMissingOnHost')).toBe(isNewer);
  expect(body.includes('com.vmware.vc.HostTpmConfigEncryptionEvent')).toBe(isNewer);
});
