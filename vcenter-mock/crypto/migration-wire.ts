import type { FaultThen, WireCorruption } from '../../core/index.ts';

/** What somebody between two hosts does to a migration. */
export type WireHarm = { corrupt: WireCorruption } | { cutAfter: number; reset: boolean } | { stall: true };

/** The harm that a fault of the point `vcenter.vmotion` does; undefined when it does none to the wire. */
export function harmOf({ corrupt, close, reset, hang }: FaultThen): WireHarm | undefined {
  // The engine lets only corruptions of a wire through at this point.
  if (corrupt) return { corrupt: corrupt as WireCorruption };
  if (hang) return { stall: true };
  const cut = reset ?? close;
  return cut && { cutAfter: cut === true ? 0 : cut.afterBytes, reset: reset !== undefined };
}

/** The packets as they arrive at the other end. The harm comes to the second one, or to the first of two. */
export function* onTheWire(packets: Iterable<Buffer>, harm: WireHarm | undefined): Generator<Buffer> {
  if (!harm) return yield* packets;
  if ('cutAfter' in harm) return yield* cut(packets, harm.cutAfter);
  const all = [...packets];
  // Somebody swallows all but the first packet.
  if ('stall' in harm) return yield* all.slice(0, 1);
  const at = Math.min(1, all.length - 1);
  const victim = all[at]!;
  if (harm.corrupt === 'bit') {
    const changed = Buffer.from(victim);
    // In the middle: within the payload of all but the closing packet, within the tag of that one.
    changed[changed.length >> 1]! ^= 1;
    all[at] = changed;
  } else if (harm.corrupt === 'replay') {
    all.splice(at, 0, victim);
  } else {
    all.splice(at - 1, 2, victim, all[at - 1]!);
  }
  yield* all;
}

function* cut(packets: Iterable<Buffer>, bytes: number): Generator<Buffer> {
  let left = bytes;
  for (const packet of packets) {
    if (left <= 0) return;
    yield packet.subarray(0, left);
    left -= packet.length;
  }
}
