import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { FaultRule } from '../../core/index.ts';
import { envelope, fetchOf, finished, type Lab, loggedIn, startLab, textOf } from './lab.ts';

const currentTime =
  '<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this></CurrentTime>';

test('a fault rule makes a method answer a fault, as often as it says', async () => {
  const lab = await loggedIn({
    faults: [
      {
        id: 'no-time',
        at: 'vcenter.method',
        match: { method: 'CurrentTime' },
        when: { calls: 1 },
        then: { vim: { type: 'NotSupported', message: 'not today' } },
      },
    ],
  });
  const answer = await lab.call(currentTime);
  expect(answer.status).toBe(500);
  expect(textOf(answer.body, 'faultstring')).toBe('not today');
  expect(answer.body).toContain('<NotSupportedFault xmlns="urn:vim25" xsi:type="NotSupported"></NotSupportedFault>');
  expect((await lab.call(currentTime)).status).toBe(200);
  expect(lab.runtime.faults.timesFired('no-time')).toBe(1);
});

test.each([
  ['reset', { reset: true }],
  ['close', { close: true }],
] as const)('a fault rule ends the connection: %s', async (_name, then) => {
  const lab = await loggedIn({
    faults: [{ id: 'cut', at: 'vcenter.method', match: { method: 'Fetch', name: 'web' }, then }],
  });
  await expect(lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'name'))).rejects.toMatchObject({
    code: 'ECONNRESET',
  });
  expect((await lab.call(fetchOf('VirtualMachine', lab.ref('db'), 'name'))).status).toBe(200);
});

test('a fault rule answers a method with an HTTP status, in place of vCenter', async () => {
  const http = { status: 503, body: '<html>no healthy upstream</html>', contentType: 'text/html' };
  const lab = await loggedIn({
    faults: [
      { id: 'gone', at: 'vcenter.method', match: { method: 'CurrentTime' }, when: { calls: 1 }, then: { http } },
    ],
  });
  const answer = await lab.call(currentTime);
  expect(answer).toMatchObject({ status: 503, body: http.body, headers: { 'content-type': 'text/html' } });
  const [fired] = lab.runtime.journal.entries({ event: 'fault.fired' });
  const [answered] = lab.runtime.journal.entries({ event: 'vcenter.request.answered' });
  expect(answered).toMatchObject({ text: 'CurrentTime answered 503', cause: fired!.seq });
  expect((await lab.call(currentTime)).status).toBe(200);
});

test('a delay passes by the clock', async () => {
  const lab = await loggedIn({
    faults: [{ id: 'slow', at: 'vcenter.method', match: { method: 'CurrentTime' }, then: { delay: 5000 } }],
  });
  const pending = lab.call(currentTime);
  await expect.poll(() => lab.clock.nextDue).toBeDefined();
  await lab.clock.advance(5000);
  expect(textOf((await pending).body, 'returnval')).toBe('2026-01-02T03:04:10.000Z');
});

test('a call that hangs ends when the server stops', async () => {
  const lab = await loggedIn({
    faults: [{ id: 'hang', at: 'vcenter.method', match: { method: 'CurrentTime' }, then: { hang: true } }],
  });
  const outcome = lab.call(currentTime).then(
    () => 'answered',
    () => 'cut',
  );
  await expect.poll(() => lab.runtime.faults.timesFired('hang')).toBe(1);
  await lab.mock.stop();
  expect(await outcome).toBe('cut');
});

describe('vcenter.request', () => {
  const rule = (then: FaultRule['then'], more: Partial<FaultRule> = {}): FaultRule => ({
    id: 'http',
    at: 'vcenter.request',
    match: { path: '/sdk' },
    then,
    ...more,
  });

  test('an HTTP status before anything is done with the request', async () => {
    const lab = await startLab({
      faults: [rule({ http: { status: 503, body: 'no healthy upstream' } }, { when: { calls: 1 } })],
    });
    const before = lab.runtime.journal.count;
    const refused = await lab.call(currentTime);
    expect(refused).toMatchObject({ status: 503, body: 'no healthy upstream' });
    expect(refused.headers).toMatchObject({
      'content-type': 'text/plain',
      'content-length': '19',
      date: 'Fri, 02 Jan 2026 03:04:05 GMT',
    });
    const [fired, answered] = lab.runtime.journal.entries({ plane: 'vcenter' }, before);
    expect(fired).toMatchObject({ event: 'fault.fired', link: expect.stringMatching(/^tcp 127\.0\.0\.1:\d+ /) });
    expect(answered).toMatchObject({ event: 'vcenter.request.answered', cause: fired!.seq, data: { status: 503 } });
    expect(lab.runtime.journal.entries({ event: 'vcenter.call' })).toEqual([]);
    expect((await lab.login()).status).toBe(200);
  });

  test('any path: the REST API too', async () => {
    const lab = await startLab({ faults: [rule({ http: { status: 502 } }, { match: { path: '/api/session' } })] });
    expect(await lab.send('/api/session', '')).toMatchObject({ status: 502, body: '' });
    expect((await lab.login()).status).toBe(200);
  });

  test.each([
    ['reset', { reset: true }],
    ['close', { close: true }],
  ] as const)('%s: nothing is answered', async (_name, then) => {
    const lab = await loggedIn({ faults: [rule(then, { when: { calls: 2 } })] });
    await expect(lab.call(currentTime)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await lab.call(currentTime)).status).toBe(200);
  });

  test('hang: until the server stops', async () => {
    const lab = await startLab({ faults: [rule({ hang: true })] });
    const outcome = lab.call(currentTime).then(
      () => 'answered',
      () => 'cut',
    );
    await expect.poll(() => lab.runtime.faults.timesFired('http')).toBe(1);
    await lab.clock.advance(3_600_000);
    await lab.mock.stop();
    expect(await outcome).toBe('cut');
  });

  test('a delay passes by the clock, then the request is served', async () => {
    const lab = await loggedIn({ faults: [rule({ delay: 5_000 }, { when: { calls: 2 } })] });
    const pending = lab.call(currentTime);
    await expect.poll(() => lab.runtime.faults.timesFired('http')).toBe(1);
    await lab.clock.advance(5_000);
    expect(textOf((await pending).body, 'returnval')).toBe('2026-01-02T03:04:10.000Z');
  });

  /** The bytes of one answer over plain HTTP, and whether the server ended the connection. */
  function bytesOf(lab: Lab) {
    const body = envelope(currentTime);
    const socket = connect(lab.mock.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const seen = { bytes: Buffer.alloc(0), end: undefined as string | undefined };
    socket.on('data', (chunk) => {
      seen.bytes = Buffer.concat([seen.bytes, chunk]);
    });
    socket.on('end', () => {
      seen.end = 'close';
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.end = error.code;
    });
    socket.write(`POST /sdk HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    return seen;
  }
  const whole = async () => {
    const seen = bytesOf(await startLab({ plain: true }));
    await expect.poll(() => seen.bytes.includes('</soapenv:Envelope>')).toBe(true);
    return seen.bytes;
  };

  test.each([
    ['close after bytes', { close: { afterBytes: 100 } }, 100, 'close'],
    ['reset after bytes', { reset: { afterBytes: 100 } }, 100, 'ECONNRESET'],
    ['an answer that breaks off and a close', { truncate: { afterBytes: 70, connection: 'closed' } }, 70, 'close'],
    ['an answer that breaks off, the connection open', { truncate: { afterBytes: 70 } }, 70, undefined],
    ['half an answer', { truncate: true }, 'half', undefined],
  ] as const)('%s', async (_name, then, count, end) => {
    const good = await whole();
    const lab = await startLab({ plain: true, faults: [rule(then)] });
    const seen = bytesOf(lab);
    const expected = good.subarray(0, count === 'half' ? Math.floor(good.length / 2) : count);
    await expect.poll(() => seen.bytes.length).toBe(expected.length);
    expect(seen.bytes.toString()).toBe(expected.toString());
    if (end) await expect.poll(() => seen.end).toBe(end);
    else {
      await lab.clock.advance(1_000);
      expect(seen.end).toBeUndefined();
    }
  });

  test('drip: so many bytes in each interval of the clock, and the connection goes on', async () => {
    const good = await whole();
    const lab = await startLab({ plain: true, faults: [rule({ drip: { bytes: 200, every: 1_000 } })] });
    const seen = bytesOf(lab);
    for (let length = 200; ; length = Math.min(length + 200, good.length)) {
      await expect.poll(() => seen.bytes.length).toBe(length);
      if (length === good.length) break;
      await expect.poll(() => lab.clock.nextDue).toBeDefined();
      await lab.clock.advance(1_000);
    }
    expect(seen.bytes.toString()).toBe(good.toString());
    expect(seen.end).toBeUndefined();
  });

  test('a rule that is added strikes connections that are open already', async () => {
    const lab = await loggedIn();
    expect((await lab.call(currentTime)).status).toBe(200);
    lab.runtime.faults.add(rule({ http: { status: 500 } }));
    expect((await lab.call(currentTime)).status).toBe(500);
    lab.runtime.faults.remove('http');
    expect((await lab.call(currentTime)).status).toBe(200);
  });
});

describe('vcenter.task', () => {
  const rule = (then: FaultRule['then'], match: FaultRule['match']): FaultRule => ({
    id: 'task',
    at: 'vcenter.task',
    match: { method: 'PowerOnVM_Task', ...match },
    then,
  });
  const powerOn = (lab: Lab) =>
    lab.call(
      `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`,
    );
  const powerState = async (lab: Lab) =>
    textOf((await lab.call(fetchOf('VirtualMachine', lab.ref('web'), 'runtime'))).body, 'powerState');
  const vim = { type: 'GenericVmConfigFault', message: 'the disk is gone' };

  test.each([
    ['queued', 'poweredOff'],
    ['running', 'poweredOff'],
    ['done', 'poweredOn'],
  ])('the task fails when %s: the VM is %s', async (phase, state) => {
    const lab = await loggedIn({ faults: [rule({ vim }, { phase, name: 'web' })] });
    const info = await finished(lab, await powerOn(lab));
    expect(textOf(info, 'state')).toBe('error');
    expect(info).toContain('xsi:type="GenericVmConfigFault"');
    expect(textOf(info, 'localizedMessage')).toBe('the disk is gone');
    expect(await powerState(lab)).toBe(state);
    const [fired] = lab.runtime.journal.entries({ event: 'fault.fired' });
    expect(fired?.data?.subject).toMatchObject({ method: 'PowerOnVM_Task', name: 'web', phase, progress: 0 });
    expect(lab.runtime.journal.entries({ event: 'vcenter.task.failed' })[0]?.cause).toBe(fired!.seq);
  });

  test('at a progress, after a delay', async () => {
    const lab = await loggedIn({
      taskDurations: { PowerOnVM_Task: 10_000 },
      faults: [rule({ vim, delay: 60_000 }, { progress: 30 })],
    });
    const answer = await powerOn(lab);
    const info = async () => (await lab.call(fetchOf('Task', textOf(answer.body, 'returnval')!, 'info'))).body;
    await lab.clock.advance(30_000);
    expect(textOf(await info(), 'state')).toBe('running');
    expect(textOf(await info(), 'progress')).toBe('30');
    await lab.clock.advance(33_000);
    expect(textOf(await info(), 'state')).toBe('error');
    expect(await powerState(lab)).toBe('poweredOff');
  });

  test('hang: the task runs and runs', async () => {
    const lab = await loggedIn({ faults: [rule({ hang: true }, { phase: 'running' })] });
    const answer = await powerOn(lab);
    await lab.clock.advance(600_000);
    const { body } = await lab.call(fetchOf('Task', textOf(answer.body, 'returnval')!, 'info'));
    expect(textOf(body, 'state')).toBe('running');
    await lab.mock.stop();
  });
});

test('rules that never fire change no byte of an answer', async () => {
  const never = { when: { calls: 1_000 } };
  const rules: FaultRule[] = [
    { id: 'a', at: 'vcenter.request', then: { truncate: true }, ...never },
    { id: 'b', at: 'vcenter.method', then: { hang: true }, ...never },
    { id: 'c', at: 'vcenter.task', then: { hang: true }, ...never },
    { id: 'd', at: 'vcenter.vmotion', then: { corrupt: 'bit' }, ...never },
  ];
  const record = async (faults: FaultRule[]) => {
    const lab = await startLab({ plain: true, faults });
    const socket = connect(lab.mock.port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    const login = `<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>administrator@vsphere.local</userName><password>not-a-secret-1</password></Login>`;
    const powerOn = `<PowerOnVM_Task xmlns="urn:vim25"><_this type="VirtualMachine">${lab.ref('web')}</_this></PowerOnVM_Task>`;
    const recent = fetchOf('VirtualMachine', lab.ref('web'), 'recentTask');
    const read = fetchOf('VirtualMachine', lab.ref('web'), 'runtime');
    const unknown = fetchOf('VirtualMachine', 'vm-4711', 'name');
    let cookie = '';
    const texts: string[] = [];
    for (const content of [currentTime, login, powerOn, recent, read, unknown]) {
      const body = envelope(content);
      socket.write(`POST /sdk HTTP/1.1\r\nhost: a\r\n${cookie}content-length: ${body.length}\r\n\r\n${body}`);
      let text = '';
      while (!text.endsWith('</soapenv:Envelope>') && !text.endsWith('</soapenv:Envelope>\n')) {
        text += await new Promise<string>((resolve) =>
          socket.once('data', (chunk) => resolve(chunk.toString('latin1'))),
        );
      }
      await lab.mock.tasks.idle();
      const session = /vmware_soap_session=[^;]+/.exec(text)?.[0];
      if (session) cookie = `cookie: ${session}\r\n`;
      texts.push(text);
    }
    return texts;
  };
  const plain = await record([]);
  expect(plain[4]).toContain('poweredOn');
  expect(await record(rules)).toEqual(plain);
});
