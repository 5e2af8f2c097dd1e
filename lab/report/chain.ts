import type { JournalEntry, JournalTree } from '../../core/index.ts';

/** A line of a causal chain, and `seq` of its entry. */
export interface ChainLine {
  text: string;
  entry: number;
}

/**
 * A failure as the lines of a tree, from the vCenter task down to what caused it on the other planes.
 * Detail that led to nothing is left out.
 */
export function renderChain(tree: JournalTree): ChainLine[] {
  return render(prune(tree) ?? tree, '', '');
}

/** All entries of a tree, from its root. */
export function walk({ entry, effects }: JournalTree): JournalEntry[] {
  return [entry, ...effects.flatMap(walk)];
}

/** Worth a reader's time: refusals, failures and TLS alerts. */
export function matters({ level, data }: JournalEntry): boolean {
  return level === 'warn' || level === 'error' || data?.alert !== undefined;
}

function render(tree: JournalTree, first: string, rest: string): ChainLine[] {
  const lines = [{ text: `${first}${line(tree.entry)}`, entry: tree.entry.seq }];
  for (const [index, effect] of tree.effects.entries()) {
    const last = index === tree.effects.length - 1;
    lines.push(...render(effect, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`));
  }
  return lines;
}

function line(entry: JournalEntry): string {
  return `${entry.plane.padEnd(7)} ${entry.text}`;
}

/** Keeps what matters, and everything on the way to it. */
function prune(tree: JournalTree): JournalTree | undefined {
  const effects = tree.effects.map(prune).filter((effect) => effect !== undefined);
  return matters(tree.entry) || effects.length > 0 ? { entry: tree.entry, effects } : undefined;
}
