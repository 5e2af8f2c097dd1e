import { expect, it } from 'vitest';
import { ControlledLab, refusal } from './control-lab.ts';

const controlled = new ControlledLab();

interface ServerEvent {
  event: string;
  id?: string;
  data: { text?: string; from?: number; to?: number };
}

/** Reads server-sent events until so many have come, then hangs up. */
async function follow(path: string, count: number, headers: Record<string, string> = {}): Promise<ServerEvent[]> {
  const hangUp = new AbortController();
  const answer = await fetch(`${controlled.control.url}${path}`, { headers, signal: hangUp.signal });
  expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  const events: ServerEvent[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body!) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
      if (!fields.has('data')) continue;
      events.push({
        event: fields.get('event') ?? 'message',
        ...(fields.has('id') && { id: fields.get('id')! }),
        data: JSON.parse(fields.get('data')!) as ServerEvent['data'],
      });
    }
    if (events.length >= count) break;
  }
  hangUp.abort();
  return events;
}

/** The server learns at its own pace that a reader has hung up. */
async function noStream(): Promise<void> {
  while (controlled.control.streams.size > 0) await new Promise((resolve) => setImmediate(resolve));
}

function say(text: string): number {
  return controlled.lab.runtime.journal.record({ plane: 'gateway', event: 'gateway.test', text }).seq;
}

it('tells what was, then what comes, and goes on where a reader left off', async () => {
  const first = say('one');
  say('two');
  const following = follow(`/journal/stream?plane=gateway&after=${first - 1}`, 3);
  const events = following.then((all) => all.map(({ event, data }) => [event, data.text]));
  say('three');
  expect(await events).toEqual([
    ['entry', 'one'],
    ['entry', 'two'],
    ['entry', 'three'],
  ]);
  const last = (await following).at(-1)?.id;
  expect(last).toBe(String(first + 2));
  say('four');
  // The header of a reader that comes back counts more than where it began.
  const again = await follow(`/journal/stream?plane=gateway&after=${first - 1}`, 1, { 'last-event-id': last! });
  expect(again).toMatchObject([{ id: String(first + 3), data: { text: 'four' } }]);
});

it('a filter leaves out what does not fit', async () => {
  const after = say('quiet');
  const { journal } = controlled.lab.runtime;
  journal.record({ plane: 'kmip', event: 'kmip.test', level: 'warn', text: 'loud' });
  const [event] = await follow(`/journal/stream?level=warn&after=${after - 1}`, 1);
  expect(event).toMatchObject({ id: String(after + 1), data: { text: 'loud' } });
});

it('a reader that does not read costs no memory, and nobody is told of it when it has gone', async () => {
  const { journal } = controlled.lab.runtime;
  const { streams } = controlled.control;
  await noStream();
  const hangUp = new AbortController();
  const answer = await fetch(`${controlled.control.url}/journal/stream?after=${journal.count}`, {
    signal: hangUp.signal,
  });
  const [stream] = streams;
  for (let n = 0; n < 20_000; n++) say('x'.repeat(500));
  await new Promise((resolve) => setImmediate(resolve));
  // What waits inside the process: one chunk beyond the mark of the stream.
  expect(stream!.readableLength).toBeLessThan(1024 * 1024);
  hangUp.abort();
  await expect(answer.text()).rejects.toThrow();
  await noStream();
});

it('tells which entries are gone', async () => {
  const { journal } = controlled.lab.runtime;
  while (journal.dropped === 0) say('more');
  const [gap, next] = await follow('/journal/stream', 2, { 'last-event-id': '10' });
  expect(gap).toEqual({ event: 'gap', data: { from: 11, to: journal.dropped } });
  expect(next).toMatchObject({ event: 'entry', id: String(journal.dropped + 1) });
});

it('refuses a place that is none, and more readers than it serves', async () => {
  expect(await controlled.call('GET', '/journal/stream', undefined, { 'last-event-id': 'x' })).toMatchObject(
    refusal(400, 'ERR_OPTION', 'Last-Event-ID is not the seq of an entry'),
  );
  await noStream();
  const hangUp = new AbortController();
  const { url } = controlled.control;
  const many = Array.from({ length: 32 }, () =>
    fetch(`${url}/journal/stream?after=1000000`, { signal: hangUp.signal }),
  );
  await Promise.all(many);
  expect(await controlled.call('GET', '/journal/stream')).toMatchObject(refusal(429, 'ERR_LIMIT'));
  hangUp.abort();
});
