/** One figure of the bench. */
export interface Figure {
  /** What was measured. */
  name: string;
  /** The figure with its unit. */
  value: string;
  /** What it should be, in words. */
  target: string;
  /** Whether it is; undefined when there is no target. */
  met?: boolean;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `lowest to highest` without the outermost tenth on either side: what a busy machine did to single rounds. */
export function spread(values: readonly number[], shown: (value: number) => string): string {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 10);
  return `${shown(sorted[cut]!)} to ${shown(sorted[sorted.length - 1 - cut]!)}`;
}
