import { expect } from 'vitest';
import { createRuntime, type JsonObject, KeyPool, ManualClock } from '../../core/index.ts';
import { createVcenterMock, type VcenterMock, type VcenterState } from '../../vcenter-mock/index.ts';

const keyPool = new KeyPool();

/** A state as it comes back from a file. */
export function throughText(state: VcenterState): JsonObject {
  return JSON.parse(JSON.stringify(state)) as JsonObject;
}

/** A vCenter of the same release that does not listen and has a world of its own. */
export function stranger({ vc }: VcenterMock): VcenterMock {
  const runtime = createRuntime({ clock: new ManualClock(vc.runtime.clock.now()), seed: 'stranger' });
  return createVcenterMock(
    {
      version: vc.profile,
      users: [{ username: 'somebody', password: 'not-a-secret-2' }],
      inventory: { vms: [{ name: 'other', count: undefined, snapshots: 2, ipAddress: '192.0.2.9' }] },
      assumed: vc.assumed,
      encryption: { keyPool },
    },
    runtime,
  );
}

/** Saves, restores and saves again, twice here and once in another vCenter: the state stays the same. */
export async function expectRoundTrip(mock: VcenterMock): Promise<void> {
  const state = mock.save();
  const text = JSON.stringify(state);
  for (const same of [state, throughText(state)]) {
    mock.restore(same);
    expect(JSON.stringify(mock.save())).toBe(text);
  }
  const other = stranger(mock);
  try {
    other.restore(throughText(state));
    expect(JSON.stringify(other.save())).toBe(text);
  } finally {
    await other.stop();
  }
}
