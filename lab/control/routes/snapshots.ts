import { z } from 'zod';
import { KeyrigError } from '../../../core/index.ts';
import { clockState, stateSchema } from '../lab-state.ts';
import { refusing } from '../refusals.ts';
import { type ControlContext, defineRoute } from '../route.ts';

/** A snapshot is a copy of everything, so there are not any number of them. */
const maxSnapshots = 20;

const id = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, 'expected letters, digits, "_", "." or "-"')
  .max(100);
const byId = z.strictObject({ id });
const snapshot = z.strictObject({ id }).meta({ id: 'Snapshot' });
const restored = z.strictObject({ clock: stateSchema.shape.clock });

function find({ lab }: ControlContext, name: string): void {
  if (lab.kept.includes(name)) return;
  throw new KeyrigError(
    'ERR_NOTHING_FOUND',
    `there is no snapshot "${name}"; there are: ${lab.kept.join(', ') || 'none'}`,
  );
}

export const listSnapshots = defineRoute({
  method: 'GET',
  path: '/snapshots',
  group: 'snapshots',
  summary: 'Lists the snapshots of the lab, the oldest first.',
  answer: z.array(snapshot),
  example: '"$URL/snapshots"',
  run: ({ lab }) => lab.kept.map((name) => ({ id: name })),
});

export const takeSnapshot = defineRoute({
  method: 'POST',
  path: '/snapshots',
  group: 'snapshots',
  summary: 'Keeps the whole lab as it is now, in its memory: state, clock, what is due, counters of faults.',
  about: `Waits until nothing runs. One with the same id is replaced; there are at most ${maxSnapshots}. Steps see the same ones, as lab.snapshot and lab.restore.`,
  body: z.strictObject({ id: id.describe('What it is called.') }),
  status: 201,
  answer: snapshot,
  refusals: ['ERR_BUSY', 'ERR_LIMIT'],
  example: `"$URL/snapshots" --json '{"id": "before"}'`,
  async run({ lab }, { body }) {
    if (lab.kept.length >= maxSnapshots && !lab.kept.includes(body.id)) {
      throw new KeyrigError('ERR_LIMIT', `the lab keeps ${maxSnapshots} snapshots already; remove one first`);
    }
    await lab.keep(body.id);
    return { id: body.id };
  },
});

export const restoreSnapshot = defineRoute({
  method: 'POST',
  path: '/snapshots/{id}/restore',
  group: 'snapshots',
  summary: 'Makes the lab what it was then, as often as one likes. The timeline goes on.',
  params: byId,
  answer: restored,
  refusals: ['ERR_NOTHING_FOUND', 'ERR_BUSY', 'ERR_CONFLICT'],
  example: '-X POST "$URL/snapshots/before/restore"',
  async run(context, { params }) {
    find(context, params.id);
    await refusing({ ERR_PORT_IN_USE: 'ERR_CONFLICT' }, () => context.lab.restoreKept(params.id));
    return { clock: clockState(context.lab) };
  },
});

export const removeSnapshot = defineRoute({
  method: 'DELETE',
  path: '/snapshots/{id}',
  group: 'snapshots',
  summary: 'Removes a snapshot.',
  params: byId,
  answer: undefined,
  refusals: ['ERR_NOTHING_FOUND'],
  example: '-X DELETE "$URL/snapshots/before"',
  run(context, { params }) {
    find(context, params.id);
    context.lab.forget(params.id);
  },
});

export const reset = defineRoute({
  method: 'POST',
  path: '/reset',
  group: 'snapshots',
  summary: 'Makes the lab what it was when it became ready, its faults and its clock included. The timeline goes on.',
  answer: restored,
  refusals: ['ERR_BUSY', 'ERR_CONFLICT'],
  example: '-X POST "$URL/reset"',
  async run({ lab }) {
    await refusing({ ERR_OPTION: 'ERR_CONFLICT', ERR_PORT_IN_USE: 'ERR_CONFLICT' }, () => lab.reset());
    return { clock: clockState(lab) };
  },
});
