import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { envelope, fetchOf, type Lab, loggedIn, textOf } from './lab.ts';

const currentTime = (content: string) =>
  `<CurrentTime xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance</_this>${content}</CurrentTime>`;

test.each([
  ['elements', '<x/>'],
  ['attributes', '<x a=""/>'],
  ['references', '&lt;'],
])('a request of many %s is read up to a number of them', async (_name, piece) => {
  const lab = await loggedIn({ assumed: { xmlNodes: 1_000 } });
  expect((await lab.call(currentTime(piece.repeat(400)))).status).toBe(200);
  const { status, body } = await lab.call(currentTime(piece.repeat(1_000)));
  expect([status, textOf(body, 'faultstring')]).toEqual([
    500,
    expect.stringContaining('there are more than 1000 elements, attributes and references'),
  ]);
  expect(body).toContain('xsi:type="InvalidRequest"');
});

test('references to ten thousand objects are a request like any other', async () => {
  const lab = await loggedIn();
  const objects = `<objectSet><obj type="VirtualMachine">${lab.ref('web')}</obj><skip>false</skip></objectSet>`.repeat(
    10_000,
  );
  const { status } = await lab.call(
    `<RetrievePropertiesEx xmlns="urn:vim25"><_this type="PropertyCollector">propertyCollector</_this><specSet><propSet>` +
      `<type>VirtualMachine</type><pathSet>name</pathSet></propSet>${objects}</specSet><options><maxObjects>1</maxObjects></options></RetrievePropertiesEx>`,
  );
  expect(status).toBe(200);
});

/** Opens a connection and sends a request but for its last byte; what it gives sends that. */
async function allButTheLastByte(lab: Lab, body: string): Promise<{ socket: TLSSocket; finish: () => void }> {
  const socket = connect({ host: '127.0.0.1', port: lab.mock.port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const head = `POST /sdk HTTP/1.1\r\nHost: vcenter\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n`;
  await new Promise((resolve) => socket.write(head + body.slice(0, -1), resolve));
  return { socket, finish: () => socket.write(body.slice(-1)) };
}

test('large requests are read one after the other, and what others ask meanwhile before them', async () => {
  const lab = await loggedIn();
  const before = lab.runtime.journal.count;
  const large = envelope(currentTime('x'.repeat(200_000)));
  const small = envelope(fetchOf('ServiceInstance', 'ServiceInstance', 'content'));
  // The last bytes come together, so all are there in the same turn of the event loop.
  const waiting = [];
  for (const body of [...Array<string>(20).fill(large), small]) waiting.push(await allButTheLastByte(lab, body));
  const answers = waiting.map(({ socket }) => once(socket, 'data'));
  for (const { finish } of waiting) finish();
  await Promise.all(answers);
  for (const { socket } of waiting) socket.destroy();
  const calls = lab.runtime.journal.entries({ event: 'vcenter.call' }, before).map(({ data }) => data?.method);
  expect(calls).toHaveLength(21);
  expect(calls.indexOf('Fetch')).toBeLessThan(5);
});
