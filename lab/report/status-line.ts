import { type ClockTimer, createRealClock } from '../../core/index.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMs = 100;

/** A stream that may be a terminal. */
export type MaybeTerminal = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/**
 * The last line of a terminal, which tells what is going on and moves. Elsewhere it is nothing: a log wants lines that stay.
 */
export class StatusLine {
  readonly #out: MaybeTerminal;
  readonly #moves: boolean;
  readonly #text: () => string;
  #timer: ClockTimer | undefined;
  #frame = 0;

  /** @param text what it says now */
  constructor(out: MaybeTerminal, text: () => string) {
    this.#out = out;
    this.#text = text;
    this.#moves = out.isTTY === true && process.env.TERM !== 'dumb' && process.env.CI === undefined;
  }

  start(): void {
    if (!this.#moves) return;
    this.#timer = createRealClock().setInterval(() => {
      this.#frame = (this.#frame + 1) % frames.length;
      this.#draw();
    }, frameMs);
  }

  /** Writes lines that stay. */
  write(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#clear();
    this.#out.write(`${lines.join('\n')}\n`);
    if (this.#timer) this.#draw();
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#clear();
  }

  #draw(): void {
    const line = `${frames[this.#frame]} ${this.#text()}`;
    this.#out.write(`\r\x1b[2K${line.slice(0, (this.#out.columns || 80) - 1)}`);
  }

  #clear(): void {
    if (this.#moves) this.#out.write('\r\x1b[2K');
  }
}
