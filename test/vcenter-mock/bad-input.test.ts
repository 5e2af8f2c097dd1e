import { request } from 'node:https';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { type Answer, envelope, fetchOf, type Lab, loggedIn, startLab, textOf } from './lab.ts';

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

/** Detail element and type of a fault, and the HTTP status it came with. */
const faultOf = ({ status, body }: Answer) => [
  status,
  /<detail><(\w+) xmlns="urn:vim25" xsi:type="(\w+)"/.exec(body)?.[2],
];

/** The server lives and another session does not notice: it reads a VM's name. */
async function livesOn(lab: Lab): Promise<void> {
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'))).body).toContain('>web</returnval>');
}

const self = '<_this type="PropertyCollector">propertyCollector</_this>';
const collector = (content: string) =>
  `<RetrievePropertiesEx xmlns="urn:vim25">${self}${content}<options/></RetrievePropertiesEx>`;

test.each([
  ['an element that is not closed', '<a><b></a>', 'InvalidRequest'],
  ['an attribute without quotes', envelope('<a b=c/>'), 'InvalidRequest'],
  ['a prefix that is not declared', envelope('<x:CurrentTime/>'), 'InvalidRequest'],
  ['two roots', '<a/><b/>', 'InvalidRequest'],
  ['a control character', envelope('<a>\u0001</a>'), 'InvalidRequest'],
  ['text before the document', `hello ${envelope('<a/>')}`, 'InvalidRequest'],
  [
    'a SOAP 1.2 envelope',
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>',
    'InvalidRequest',
  ],
  [
    'a method in a namespace that is not served',
    envelope('<CurrentTime xmlns="urn:vim99"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>'),
    'InvalidRequest',
  ],
  [
    'a method in no namespace',
    envelope('<CurrentTime><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>'),
    'InvalidRequest',
  ],
  [
    'a PBM method on the vim25 path',
    envelope(
      '<PbmRetrieveServiceContent xmlns="urn:pbm"><_this type="PbmServiceInstance">ServiceInstance</_this></PbmRetrieveServiceContent>',
    ),
    'InvalidRequest',
  ],
  [
    'a method that no version has',
    envelope('<MakeCoffee xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></MakeCoffee>'),
    'MethodNotFound',
  ],
  [
    'a method of another type',
    envelope(
      '<PowerOnVM_Task xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></PowerOnVM_Task>',
    ),
    'MethodNotFound',
  ],
  [
    'an object that does not exist',
    envelope('<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">vm-4711</_this></PowerOnVM_Task>'),
    'ManagedObjectNotFound',
  ],
  [
    'an object of a type that does not exist',
    envelope('<PowerOnVM_Task xmlns="urn:vim25"><_this type="CoffeeMachine">vm-1</_this></PowerOnVM_Task>'),
    'ManagedObjectNotFound',
  ],
  ['no object', envelope('<CurrentTime xmlns="urn:vim25"/>'), 'ManagedObjectNotFound'],
  [
    'an object where one of another type belongs',
    envelope(
      '<SetEntityPermissions xmlns="urn:vim25"><_this type="AuthorizationManager">AuthorizationManager</_this><entity type="SessionManager">SessionManager</entity></SetEntityPermissions>',
    ),
    'InvalidType',
  ],
  [
    'an alarm on a group of no conditions',
    envelope(
      `<CreateAlarm xmlns="urn:vim25"><_this type="AlarmManager">AlarmManager</_this><entity type="Folder">group-d1</entity><spec><name>none</name><description/><enabled>true</enabled><expression ${xsi} xsi:type="OrAlarmExpression"/></spec></CreateAlarm>`,
    ),
    'InvalidArgument',
  ],
  [
    'an alarm without a name',
    envelope(
      `<CreateAlarm xmlns="urn:vim25"><_this type="AlarmManager">AlarmManager</_this><entity type="Folder">group-d1</entity><spec><description/><enabled>true</enabled><expression ${xsi} xsi:type="OrAlarmExpression"/></spec></CreateAlarm>`,
    ),
    'InvalidArgument',
  ],
  [
    'a permission for nobody',
    envelope(
      '<ResetEntityPermissions xmlns="urn:vim25"><_this type="AuthorizationManager">AuthorizationManager</_this><entity type="Folder">group-d1</entity><permission><group>false</group><roleId>-1</roleId><propagate>true</propagate></permission></ResetEntityPermissions>',
    ),
    'InvalidArgument',
  ],
  [
    'a property that the type does not have',
    envelope(
      collector(
        '<specSet><propSet><type>Folder</type><pathSet>colour</pathSet></propSet><objectSet><obj type="Folder">group-d1</obj></objectSet></specSet>',
      ),
    ),
    'InvalidProperty',
  ],
  [
    'an xsi:type that the API does not have',
    envelope(
      collector(
        `<specSet><objectSet><obj type="Folder">group-d1</obj><selectSet ${xsi} xsi:type="CoffeeSpec"/></objectSet></specSet>`,
      ),
    ),
    'InvalidType',
  ],
  [
    'an xsi:type that does not fit',
    envelope(
      collector(
        `<specSet><objectSet><obj type="Folder">group-d1</obj><selectSet ${xsi} xsi:type="VirtualDisk"/></objectSet></specSet>`,
      ),
    ),
    'InvalidType',
  ],
  [
    'a text where a number is due',
    envelope(
      `<CreateCollectorForEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter><maxCount>many</maxCount></filter></CreateCollectorForEvents>`,
    ),
    'InvalidArgument',
  ],
  [
    'a value that an enumeration does not have',
    envelope(
      '<CreateCollectorForEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter><entity><entity type="Folder">group-d1</entity><recursion>sideways</recursion></entity></filter></CreateCollectorForEvents>',
    ),
    'InvalidArgument',
  ],
])('%s', async (_name, body, type) => {
  const lab = await loggedIn();
  const answer = await lab.send('/sdk', body, { soapAction: '"urn:vim25/8.0.3.0"' });
  expect(faultOf(answer)).toEqual([500, type]);
  expect(answer.body).not.toContain('at ');
  await livesOn(lab);
});

const latin1 = (...bytes: number[]) => String.fromCharCode(...bytes);

test.each([
  ['a byte that UTF-8 does not have', latin1(0xff)],
  ['an overlong form', latin1(0xc0, 0xaf)],
  ['half of a surrogate pair', latin1(0xed, 0xa0, 0x80)],
  ['a character that is cut off', latin1(0xe2, 0x82)],
])('text that is not UTF-8 is InvalidRequest, whole or in pieces: %s', async (_name, bytes) => {
  const lab = await loggedIn();
  const text = envelope(
    `<LogUserEvent xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><entity type="Folder">group-d1</entity><msg>${bytes}</msg></LogUserEvent>`,
  );
  for (const pieces of [1, 2]) {
    const answer = await sendBytes(lab, Buffer.from(text, 'latin1'), pieces);
    expect(faultOf(answer)).toEqual([500, 'InvalidRequest']);
  }
  await livesOn(lab);
});

function sendBytes(lab: Lab, bytes: Buffer, pieces: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { cookie: lab.cookie, 'content-length': bytes.length };
    const outgoing = request(
      { host: '127.0.0.1', port: lab.mock.port, path: '/sdk', method: 'POST', headers, rejectUnauthorized: false },
      async (response) => {
        const parts: Buffer[] = [];
        for await (const part of response) parts.push(part as Buffer);
        resolve({ status: response.statusCode!, body: Buffer.concat(parts).toString(), headers: response.headers });
      },
    );
    outgoing.on('error', reject);
    const length = Math.ceil(bytes.length / pieces);
    for (let start = 0; start < bytes.length; start += length) outgoing.write(bytes.subarray(start, start + length));
    outgoing.end();
  });
}

test.each([
  ['maxCount', '2147483648'],
  ['maxCount', '-2147483649'],
  ['maxCount', '99999999999999999999'],
  ['maxCount', '1e3'],
  ['time', '<beginTime>yesterday 1</beginTime>'],
  ['time', '<beginTime>2026</beginTime>'],
  ['time', '<beginTime>2026-01-02</beginTime>'],
  ['time', '<beginTime>2026-13-02T00:00:00Z</beginTime>'],
  ['time', '<beginTime>Fri, 02 Jan 2026 00:00:00 GMT</beginTime>'],
])('a value that its type does not have is InvalidArgument: %s %s', async (name, content) => {
  const lab = await loggedIn();
  const { status, body } = await lab.call(
    `<QueryEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter><${name}>${content}</${name}></filter></QueryEvents>`,
  );
  expect(status).toBe(500);
  expect(body).toContain(`<invalidProperty>filter.${name}`);
});

test.each(['2147483647', '+7', ' 5 '])('the integer %j', async (value) => {
  const lab = await loggedIn();
  const { status } = await lab.call(
    `<QueryEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter><maxCount>${value}</maxCount></filter></QueryEvents>`,
  );
  expect(status).toBe(200);
});

test.each(['2026-01-02T03:04:00', '2026-01-02T03:04:00Z', '2026-01-02T04:04:00.123456789+01:00'])(
  'the time %s',
  async (value) => {
    const lab = await loggedIn();
    const query = (time: string) =>
      lab.call(
        `<QueryEvents xmlns="urn:vim25"><_this type="EventManager">EventManager</_this><filter><time>${time}</time></filter></QueryEvents>`,
      );
    // The lab's clock stands at 03:04:05.
    expect((await query(`<beginTime>${value}</beginTime>`)).body).toContain('UserLoginSessionEvent');
    expect((await query(`<endTime>${value}</endTime>`)).body).not.toContain('UserLoginSessionEvent');
  },
);

test('what is not known is told of once, and not without end', async () => {
  const lab = await loggedIn();
  const before = lab.runtime.journal.count;
  const many = Array.from({ length: 50_000 }, (_, index) => `<e${index}/>`).join('');
  for (const unknown of ['<sugar/>'.repeat(50_000), many]) {
    const { status } = await lab.call(
      `<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this>${unknown}</CurrentTime>`,
    );
    expect(status).toBe(200);
  }
  const told = lab.runtime.journal.entries({ event: 'vcenter.unknown' }, before).map(({ data }) => data?.what);
  expect(told.filter((what) => what === 'element sugar')).toHaveLength(1);
  expect(told.length).toBeLessThan(50);
});

test('the timeline does not keep what a client sent by the megabyte', async () => {
  const lab = await loggedIn();
  const before = lab.runtime.journal.count;
  const long = 'x'.repeat(1_000_000);
  for (const content of [
    `<${long} xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></${long}>`,
    `<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">${long}</_this></CurrentTime>`,
    `<CurrentTime xmlns="urn:vim25"><_this type="${long}">ServiceInstance</_this></CurrentTime>`,
    `<CurrentTime xmlns="${long}"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>`,
    fetchOf('Folder', 'group-d1', long),
    `<CreateFolder xmlns="urn:vim25"><_this type="Folder">group-d1</_this><name>${long}</name></CreateFolder>`,
  ]) {
    expect((await lab.call(content)).status).toBe(500);
  }
  const entries = lab.runtime.journal.entries(undefined, before);
  expect(entries.length).toBeGreaterThan(5);
  expect(JSON.stringify(entries).length).toBeLessThan(500_000);
  await livesOn(lab);
});

test('MethodNotFound and InvalidType say what they are about', async () => {
  const lab = await loggedIn();
  const unknown = await lab.call('<MakeCoffee xmlns="urn:vim25"><_this type="Folder">group-d1</_this></MakeCoffee>');
  expect(unknown.body).toContain('<receiver type="Folder">group-d1</receiver><method>MakeCoffee</method>');
  const wrong = await lab.call(
    collector(
      `<specSet><objectSet><obj type="Folder">group-d1</obj><selectSet ${xsi} xsi:type="VirtualDisk"/></objectSet></specSet>`,
    ),
  );
  expect(textOf(wrong.body, 'argument')).toBe('specSet.objectSet.selectSet');
});

// What one client names would stand in a task that all of them read.
test.each([
  ['has no type', ''],
  ['is of a type that does not exist', ' type="CoffeeMachine"'],
])('a reference that %s starts no task', async (_name, type) => {
  const lab = await loggedIn();
  const answer = await lab.call(
    `<MigrateVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this>` +
      `<host${type}>${lab.ref('esx-02')}</host><priority>defaultPriority</priority></MigrateVM_Task>`,
  );
  expect(faultOf(answer)).toEqual([500, 'InvalidType']);
  expect(textOf(answer.body, 'argument')).toBe('host');
  expect((await lab.call(fetchOf('TaskManager', 'TaskManager', 'recentTask'))).body).not.toContain('type="Task"');
  await livesOn(lab);
});

test.each([
  ['an internal entity', '<!DOCTYPE a [<!ENTITY e "text">]>', '&e;'],
  ['an external entity', '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>', '&e;'],
  [
    'a billion laughs',
    `<!DOCTYPE a [<!ENTITY l0 "ha">${Array.from({ length: 12 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')}]>`,
    '&l12;',
  ],
  ['an entity without a DOCTYPE', '', '&unknown;'],
])('entities are never resolved: %s', async (_name, doctype, text) => {
  const lab = await loggedIn();
  const body = envelope(
    `<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>${text}</userName><password>x</password></Login>`,
  ).replace('?>\n', `?>\n${doctype}`);
  const answer = await lab.send('/sdk', body);
  expect(faultOf(answer)).toEqual([500, 'InvalidRequest']);
  await livesOn(lab);
});

/** Sends a body of `megabytes` in pieces and tells how the server ended it. */
function pour(lab: Lab, megabytes: number, chunked: boolean): Promise<{ status?: number; sent: number }> {
  return new Promise((resolve) => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let sent = 0;
    let status: number | undefined;
    const headers = chunked ? {} : { 'content-length': String(megabytes * piece.length) };
    const outgoing = request(
      { host: '127.0.0.1', port: lab.mock.port, path: '/sdk', method: 'POST', headers, rejectUnauthorized: false },
      (response) => {
        status = response.statusCode;
        response.resume();
      },
    );
    const more = () => {
      while (sent < megabytes && !outgoing.destroyed && status === undefined) {
        sent++;
        if (!outgoing.write(piece)) {
          outgoing.once('drain', more);
          return;
        }
      }
      if (!outgoing.destroyed) outgoing.end();
    };
    outgoing.on('error', () => {});
    outgoing.on('close', () => resolve({ status, sent }));
    more();
  });
}

test.each([
  ['a length of 100 MB', false],
  ['100 MB in chunks', true],
])('a body over the limit is not read to its end: %s', async (_name, chunked) => {
  const lab = await loggedIn();
  const { status, sent } = await pour(lab, 100, chunked);
  // The answer may be lost when the connection is closed while the client still writes.
  expect([413, undefined]).toContain(status);
  expect(sent).toBeLessThan(100);
  expect(lab.runtime.journal.entries({ event: 'vcenter.request.refused' })).toHaveLength(1);
  await livesOn(lab);
});

test('a body that never ends is cut off', async () => {
  const lab = await startLab({ assumed: { requestTimeout: 500 } });
  await lab.login();
  const ended = new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: lab.mock.port, rejectUnauthorized: false }, () => {
      socket.write('POST /sdk HTTP/1.1\r\nHost: vcenter\r\nContent-Length: 1000\r\n\r\n<a>');
    });
    let text = '';
    socket.on('data', (part) => {
      text += String(part);
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
  });
  await livesOn(lab);
  expect(await ended).toMatch(/^HTTP\/1\.1 408 |^$/);
  await livesOn(lab);
});
