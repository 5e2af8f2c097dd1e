import { expect } from 'vitest';
import { createRuntime, type JsonObject, KeyPool, ManualClock, type Runtime } from '../../core/index.ts';
import {
  createVcenterMock,
  type ServerIdentity,
  type VcenterMock,
  type VcenterState,
} from '../../vcenter-mock/index.ts';

const keyPool = new KeyPool();

/** A state as it comes back from a file. */
export function throughText(state: VcenterState): JsonObject {
  return JSON.parse(JSON.stringify(state)) as JsonObject;
}

/** A vCenter of the same release that does not listen yet and has a world of its own. */
export function stranger(
  { vc }: VcenterMock,
  {
    identity,
    runtime = createRuntime({ clock: new ManualClock(vc.runtime.clock.now()), seed: 'stranger' }),
  }: { identity?: ServerIdentity; runtime?: Runtime } = {},
): VcenterMock {
  return createVcenterMock(
    {
      port: 0,
      identity,
      version: vc.profile,
      users: [{ username: 'somebody', password: 'not-a-secret-2' }],
      inventory: { vms: [{ name: 'other', snapshots: 2, ipAddress: '192.0.2.9' }] },
      assumed: vc.assumed,
      encryption: { keyPool },
    },
    runtime,
  );
}

/**
 * Saves, restores and saves again, here and in another vCenter: the state stays the same. Between, the vCenter goes back to how it
 * began: nothing that has happened since has edited a value of the state then.
 */
export async function expectRoundTrip(mock: VcenterMock, begun: { state: VcenterState; text: string }): Promise<void> {
  const state = mock.save();
  const text = JSON.stringify(state);
  const now = { state, text };
  for (const saved of [now, begun, now, begun, now]) {
    mock.restore(saved.state);
    expect(JSON.stringify(mock.save())).toBe(saved.text);
  }
  mock.restore(throughText(state));
  expect(JSON.stringify(mock.save())).toBe(text);
  const other = stranger(mock);
  try {
    other.restore(throughText(state));
    expect(JSON.stringify(other.save())).toBe(text);
  } finally {
    await other.stop();
  }
}
