import type { JournalEntry, JournalTree } from '../../core/index.ts';

/**
 * A failure as the lines of a tree, from the vCenter task down to what caused it on the other planes.
 * Detail that led to nothing is left out.
 */
export function renderChain(tree: JournalTree): string[] {
  return render(prune(tree) ?? tree, '', '');
}

function render(tree: JournalTree, first: string, rest: string): string[] {
  const lines = [`${first}${line(tree.entry)}`];
  for (const [index, effect] of tree.effects.entries()) {
    const last = index === tree.effects.length - 1;
    lines.push(...render(effect, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`));
  }
  return lines;
}

function line(entry: JournalEntry): string {
  return `${entry.plane.padEnd(7)} ${entry.text}`;
}

/** Keeps what is worth a reader's time: refusals, failures and TLS alerts, and everything on the way to them. */
function prune(tree: JournalTree): JournalTree | undefined {
  const effects = tree.effects.map(prune).filter((effect) => effect !== undefined);
  const { level, data } = tree.entry;
  const matters = level === 'warn' || level === 'error' || data?.alert !== undefined;
  return matters || effects.length > 0 ? { entry: tree.entry, effects } : undefined;
}
