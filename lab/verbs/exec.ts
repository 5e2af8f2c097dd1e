import { z } from 'zod';
import { durationIn } from '../scenario/duration.ts';
import { defineVerb } from './verb.ts';

export const exec = defineVerb({
  name: 'exec',
  summary:
    "Runs a program with the lab's environment variables (GOVC_*, OVH_*, KMIP_*, …; see keyrig env), without a shell. A manual clock stands still meanwhile. Result: { exitCode, stdout, stderr }; an exit code other than 0 fails the step unless the expectation speaks of exitCode.",
  with: z.strictObject({
    command: z
      .array(z.string())
      .min(1)
      .describe('The program and its arguments; paths start at the working directory.'),
    env: z
      .record(z.string(), z.string())
      .optional()
      .describe("Environment variables besides, or in place of, the lab's."),
    timeout: durationIn('ms').default(60_000).describe('Real time it may take before it is killed; 60s when absent.'),
  }),
  expects: { exitCode: 0 },
  holdsClock: true,
  async run({ lab }, { command: [program = '', ...args], env, timeout }) {
    const [{ runCommand }, { environmentOf }, { readyLine, writePki }] = await Promise.all([
      import('../clients/command.ts'),
      import('../environment.ts'),
      import('../ready.ts'),
    ]);
    const { pki, remove } = writePki(lab);
    try {
      // A scenario has no control API: its steps are the control.
      const { KEYRIG_CONTROL_URL: _, ...environment } = environmentOf(readyLine(lab, { controlUrl: '', pki }));
      return { ...(await runCommand({ program, args, environment: { ...environment, ...env }, timeoutMs: timeout })) };
    } finally {
      remove();
    }
  },
});
