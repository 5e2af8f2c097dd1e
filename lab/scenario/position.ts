import { type Document, isMap, isScalar, type LineCounter, type Node, type Pair } from 'yaml';

/** A place in a file, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** Finds the place of a value, or of the key that an unknown member has, in a parsed YAML document. */
export function positionOf(
  document: Document,
  counter: LineCounter,
  path: readonly PropertyKey[],
  key?: string,
): Position {
  let node: Node | null = document.contents as Node | null;
  let best = offsetOf(node);
  for (const step of path) {
    const next: unknown = isMap(node) ? pairOf(node.items, String(step)) : undefined;
    if (next) {
      best = offsetOf((next as Pair).key) ?? best;
      node = (next as Pair).value as Node | null;
    } else if (node && 'items' in node) {
      node = ((node as { items: unknown[] }).items[Number(step)] as Node | undefined) ?? null;
    } else break;
    best = offsetOf(node) ?? best;
  }
  if (key !== undefined && isMap(node)) best = offsetOf(pairOf(node.items, key)?.key) ?? best;
  const { line, col } = counter.linePos(best ?? 0);
  return { line, column: col };
}

function pairOf(items: readonly Pair[], key: string): Pair | undefined {
  return items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

function offsetOf(node: unknown): number | undefined {
  const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
  return range?.[0];
}
