import { expect } from 'vitest';
import { environmentOf } from '../../lab/environment.ts';
import { clients } from './clients.ts';
import { type LabProcess, type Run, run } from './lab-process.ts';

/** govc with one lab, as `keyrig exec` would start it. */
export interface Govc {
  /** Runs it to its end, however that comes. */
  attempt: (...args: string[]) => Promise<Run>;
  /** Runs it and expects it to succeed; gives what it printed. */
  run: (...args: string[]) => Promise<string>;
  /** The same with `-json` after the command, parsed. */
  json: <Answer>(command: string, ...args: string[]) => Promise<Answer>;
  /** Runs it and expects it to fail; gives what it said on standard error. */
  refused: (...args: string[]) => Promise<string>;
}

/** `env` goes over the lab's variables: another user, say. */
export function govcOf(lab: LabProcess, env: NodeJS.ProcessEnv = {}): Govc {
  const attempt = (...args: string[]) =>
    run(clients.govc.program, args, { env: { ...environmentOf(lab.ready), ...env } });
  const succeed = async (...args: string[]) => {
    const ended = await attempt(...args);
    expect(ended, `govc ${args.join(' ')}: ${ended.stdout}${ended.stderr}`).toMatchObject({ code: 0 });
    return ended.stdout;
  };
  return {
    attempt,
    run: succeed,
    json: async <Answer>(command: string, ...args: string[]) =>
      JSON.parse(await succeed(command, '-json', ...args)) as Answer,
    refused: async (...args) => {
      const ended = await attempt(...args);
      expect(ended, `govc ${args.join(' ')}: ${ended.stdout}`).toMatchObject({ code: 1 });
      return ended.stderr.trim();
    },
  };
}

/** The lines that govc printed. */
export const lines = (text: string) => text.trim().split('\n');

/** The columns of each line, as govc's tables have them: two spaces or more between. */
export const columns = (text: string) => lines(text).map((line) => line.trim().split(/\s{2,}/));
