import { setTimeout as pause } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { envelope, fetchOf, type Lab, loggedIn } from './lab.ts';

// A request in one piece and the same in two come by different roads through the server; a client must not be able to tell.

let lab: Lab;
beforeEach(async () => {
  lab = await loggedIn();
});

const sockets = new Set<TLSSocket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

const currentTime =
  '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';

/** A request with these fields changed, added or (undefined) left out. */
function post(content = currentTime, changes: Record<string, string | undefined> = {}, line = 'POST /sdk HTTP/1.1') {
  const body = envelope(content);
  const fields: Record<string, string | undefined> = {
    Host: 'vcenter',
    'Content-Type': 'text/xml',
    SOAPAction: '"urn:vim25/7.0.3.0"',
    Cookie: lab.cookie,
    'Content-Length': String(Buffer.byteLength(body)),
    ...changes,
  };
  const head = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${line}\r\n${head.join('')}\r\n${body}`);
}

/** A connection whose answers can be counted: `answers` resolves with so many, or with what there is when the server ends it. */
async function open(options: { allowHalfOpen?: boolean } = {}) {
  const socket = connect({ host: '127.0.0.1', port: lab.mock.port, rejectUnauthorized: false, ...options });
  sockets.add(socket);
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  let text = '';
  let ended = false;
  const watchers = new Set<() => void>();
  const changed = () => {
    for (const watcher of watchers) watcher();
  };
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
    changed();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
    changed();
  });
  return {
    socket,
    /** In pieces that arrive one after the other. */
    async write(...pieces: Buffer[]) {
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) await pause(5);
        socket.write(piece);
      }
    },
    answers: (count: number) =>
      new Promise<string[]>((resolve) => {
        const look = () => {
          const found = complete(text);
          if (found.length < count && !ended) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      }),
  };
}

/** The answers that are there whole. */
function complete(text: string): string[] {
  const found: string[] = [];
  for (let rest = text; ; ) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return found;
    const length = Number(/^content-length: (\d+)$/im.exec(rest.slice(0, end))?.[1] ?? 0);
    if (rest.length < end + 4 + length) return found;
    found.push(rest.slice(0, end + 4 + length));
    rest = rest.slice(end + 4 + length);
  }
}

/** An answer without the differences that no client sees, order and case of fields, and without the machine's time. */
function likeness(answer = ''): { line: string; fields: string[]; body: string } {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const [line = '', ...fields] = head.split('\r\n');
  const alike = fields.map((field) => field.replace(/^[^:]*/, (name) => name.toLowerCase()));
  const labTime = 'date: Fri, 02 Jan 2026 03:04:05 GMT';
  return { line, body, fields: alike.filter((field) => !field.startsWith('date: ') || field === labTime).sort() };
}

async function answerTo(...pieces: Buffer[]): Promise<string | undefined> {
  const connection = await open();
  await connection.write(...pieces);
  const [answer] = await connection.answers(1);
  connection.socket.destroy();
  return answer;
}

const halves = (request: Buffer, at = 7) => [request.subarray(0, at), request.subarray(at)];

test('the same request gets the same answer in one piece and in two, wherever it is cut', async () => {
  const request = post();
  const whole = likeness(await answerTo(request));
  expect(whole.line).toBe('HTTP/1.1 200 OK');
  expect(whole.body).toContain('2026-01-02T03:04:05');
  expect(whole.fields).toContain('date: Fri, 02 Jan 2026 03:04:05 GMT');
  for (let at = 1; at < request.length; at += 37)
    expect(likeness(await answerTo(...halves(request, at)))).toEqual(whole);
});

describe('both roads answer alike', () => {
  const requests: Record<string, () => Buffer> = {
    'a call': () => post(),
    'a fault': () => post('<CurrentTime xmlns="urn:vim25"><_this type="Folder">group-d1</_this></CurrentTime>'),
    'text beyond ASCII': () => post(fetchOf('VirtualMachine', lab.ref('näme ✓'), 'name')),
    'a path with a query': () => post(currentTime, {}, 'POST /sdk?x=1 HTTP/1.1'),
    'a client without a session': () => post(currentTime, { Cookie: undefined }),
    'another path': () => post(currentTime, {}, 'POST /nowhere HTTP/1.1'),
    'a GET': () => Buffer.from('GET /sdk/vimServiceVersions.xml HTTP/1.1\r\nHost: vcenter\r\n\r\n'),
    'another method': () => post(currentTime, {}, 'PUT /sdk HTTP/1.1'),
    'HTTP/1.0': () => post(currentTime, {}, 'POST /sdk HTTP/1.0'),
    'a connection that shall end': () => post(currentTime, { Connection: 'close' }),
    'no Host': () => post(currentTime, { Host: undefined }),
    'no Content-Length': () => post(currentTime, { 'Content-Length': undefined }),
    'two lengths': () => post(currentTime, { 'content-length': '3' }),
    'a length and chunks': () => post(currentTime, { 'Transfer-Encoding': 'chunked' }),
    'a length that is no number': () => post(currentTime, { 'Content-Length': '1e2' }),
    'a signed length': () => post(currentTime, { 'Content-Length': '+5' }),
    'a body that waits to be asked for': () => post(currentTime, { Expect: '100-continue' }),
    'a space before the colon': () => post(currentTime, { 'X-A ': 'b' }),
    'a control character': () => post(currentTime, { 'X-A': 'b\u0001' }),
    'a folded field': () => post(currentTime, { 'X-A': 'b\r\n c' }),
    'a bare line feed': () => Buffer.from(post().toString().replace('\r\nHost', '\nHost')),
    'no HTTP': () => Buffer.from('POST\r\n\r\n'),
  };

  test.each(Object.entries(requests))('%s', async (_, request) => {
    await lab.mock.stop();
    lab = await loggedIn({ inventory: { hosts: [{ name: 'esx-01' }], vms: [{ name: 'näme ✓', host: 'esx-01' }] } });
    const whole = await answerTo(request());
    expect(whole).toMatch(/^HTTP\/1\.1 \d{3} /);
    expect(likeness(await answerTo(...halves(request(), 3)))).toEqual(likeness(whole));
  });

  test('any head with one byte changed', async () => {
    const request = post();
    const head = request.indexOf('\r\n\r\n') + 4;
    for (let n = 0; n < 80; n++) {
      const changed = Buffer.from(request);
      changed[(n * 13) % head] = (n * 89 + 10) % 256;
      // The first answer decides; of what is left over no more is told.
      const [whole, halved] = [await firstLine(changed), await firstLine(...halves(changed, 2))];
      expect(halved, changed.subarray(0, head).toString('latin1')).toBe(whole);
    }
  });
});

/** The status line of the first answer; that none comes is told by a second request that gets one. */
async function firstLine(...pieces: Buffer[]): Promise<string> {
  const connection = await open();
  await connection.write(...pieces);
  connection.socket.end();
  const [answer = 'none'] = await connection.answers(1);
  connection.socket.destroy();
  return answer.split('\r\n', 1)[0]!;
}

test('requests that come before the last answer are answered in their order', async () => {
  const connection = await open();
  await connection.write(Buffer.concat([post(), post(fetchOf('Folder', 'group-d1', 'name')), post()]));
  const answers = await connection.answers(3);
  expect(answers.map((answer) => /<(\w+Response)/.exec(answer)?.[1])).toEqual([
    'CurrentTimeResponse',
    'FetchResponse',
    'CurrentTimeResponse',
  ]);
});

test('a request that comes while another one waits is answered after it', async () => {
  const connection = await open();
  const version = '<version></version>';
  const wait = (content: string) =>
    `<WaitForUpdatesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this>${content}</WaitForUpdatesEx>`;
  const filter =
    '<CreateFilter xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><spec><propSet><type>Folder</type>' +
    '<pathSet>name</pathSet></propSet><objectSet><obj type="Folder">group-d1</obj></objectSet></spec><partialUpdates>false</partialUpdates></CreateFilter>';
  await connection.write(post(filter));
  await connection.answers(1);
  await connection.write(post(wait(version)));
  await connection.answers(2);
  const waiting = new Promise<void>((resolve) => {
    const stop = lab.runtime.journal.subscribe(({ text }) => {
      if (!text.startsWith('WaitForUpdatesEx')) return;
      stop();
      resolve();
    });
  });
  await connection.write(post(wait('<version>1</version>')), post());
  await waiting;
  await lab.call(
    '<CancelWaitForUpdates xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this></CancelWaitForUpdates>',
  );
  const answers = await connection.answers(4);
  expect(answers[2]).toContain('RequestCanceled');
  expect(answers[3]).toContain('CurrentTimeResponse');
});

test('a connection that took the long road goes on there', async () => {
  const connection = await open();
  await connection.write(post());
  await connection.answers(1);
  await connection.write(...halves(post()));
  await connection.answers(2);
  await connection.write(post());
  expect(await connection.answers(3)).toHaveLength(3);
});

test('a client that has said all it has to say still gets its answer', async () => {
  const connection = await open({ allowHalfOpen: true });
  connection.socket.end(post());
  expect((await connection.answers(1))[0]).toContain('CurrentTimeResponse');
});

test('a connection on which nothing is asked ends after a while, one that waits for an answer does not', async () => {
  await lab.mock.stop();
  lab = await loggedIn({ assumed: { keepAliveTimeout: 300 } });
  const idle = await open();
  await idle.write(post());
  await idle.answers(1);
  const closed = new Promise((resolve) => idle.socket.once('close', resolve));
  const waiting = await open();
  await waiting.write(
    post(
      '<WaitForUpdatesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><options><maxWaitSeconds>1</maxWaitSeconds></options></WaitForUpdatesEx>',
    ),
  );
  await closed;
  await pause(300);
  await lab.clock.advance(1_000);
  expect((await waiting.answers(1))[0]).toContain('WaitForUpdatesExResponse');
});
