/** The official test cases against keyrig's own server, over TLS. */
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exclusionOf, findCases, loadCase, ownServers, runCases } from '../../lab/conformance/index.ts';

const folder = fileURLToPath(new URL('../../../shared/conformance/oasis', import.meta.url));
const present = existsSync(folder);

test.skipIf(present)('OASIS test cases: SKIPPED without ../shared/conformance/oasis', () => {});

describe.runIf(present)('OASIS test cases', async () => {
  const servers = ownServers();
  for (const file of present ? findCases([folder]) : []) {
    const { name } = loadCase(file);
    const reason = exclusionOf(name);
    test.skipIf(reason !== undefined)(
      `${relative(folder, file)}${reason === undefined ? '' : `: ${reason}`}`,
      async () => {
        const [result] = await runCases([file], await servers);
        const differences = result?.steps.flatMap(({ number, mismatches }) =>
          mismatches.map((one) => ({ number, ...one })),
        );
        expect({ reason: result?.reason, differences }).toEqual({ reason: undefined, differences: [] });
      },
    );
  }
});
