import { expect, it } from 'vitest';
import { connectionKey, Journal, type JournalTree, ManualClock } from '../../core/index.ts';

function outline(tree: JournalTree): unknown {
  return [tree.entry.event, ...tree.effects.map(outline)];
}

it('links both ends of a connection, whichever was recorded first', () => {
  const journal = new Journal(new ManualClock(0));
  const client = { address: '127.0.0.1', port: 40_000 };
  const server = { address: '::ffff:127.0.0.1', port: 5696 };
  const task = journal.record({ plane: 'vcenter', event: 'task', text: 'encrypt' });
  const accepted = journal.record({ plane: 'kmip', event: 'accepted', text: '', link: connectionKey(client, server) });
  journal.record({ plane: 'kmip', event: 'refused', text: '', cause: accepted.seq });
  journal.record({
    plane: 'vcenter',
    event: 'dialled',
    text: '',
    cause: task.seq,
    opens: connectionKey(client, { address: '127.0.0.1', port: 5696 }),
  });
  expect(outline(journal.effectsOf(task))).toEqual(['task', ['dialled', ['accepted', ['refused']]]]);
});

it('takes the nearest opening when a port is used again', () => {
  const journal = new Journal(new ManualClock(0));
  const first = journal.record({ plane: 'vcenter', event: 'dial', text: '1', opens: 'tcp a b' });
  const one = journal.record({ plane: 'kmip', event: 'accepted', text: '', link: 'tcp a b' });
  for (let i = 0; i < 5; i++) journal.record({ plane: 'lab', event: 'other', text: '' });
  const second = journal.record({ plane: 'vcenter', event: 'dial', text: '2', opens: 'tcp a b' });
  const two = journal.record({ plane: 'kmip', event: 'accepted', text: '', link: 'tcp a b' });
  expect(journal.causeOf(one)).toBe(first);
  expect(journal.causeOf(two)).toBe(second);
});

it('keeps a bounded number of entries and says how many it dropped', () => {
  const journal = new Journal(new ManualClock(0), 100);
  for (let i = 0; i < 1_000; i++) journal.record({ plane: 'lab', event: 'tick', text: String(i) });
  expect(journal.entries().length).toBeLessThanOrEqual(125);
  expect(journal.dropped + journal.entries().length).toBe(1_000);
  expect(journal.entries({ event: 'tick' }, 999).map((entry) => entry.text)).toEqual(['999']);
});

it('long texts are cut; data without them is kept as it is', () => {
  const journal = new Journal(new ManualClock(0));
  const long = 'x'.repeat(20_000);
  const data = { short: 'a', list: [{ number: 1 }] };
  expect(journal.record({ plane: 'lab', event: 'e', text: 'short', data }).data).toBe(data);
  const cut = journal.record({ plane: 'lab', event: 'e', text: long, data: { list: [{ long }], number: 1 } });
  const kept = `${'x'.repeat(10_000)}…`;
  expect(cut).toMatchObject({ text: kept, data: { list: [{ long: kept }], number: 1 } });
});
