/** A server that comes back to its store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../kmip-server/index.ts';
import { cleanUp, connect, type LabOptions, startLab } from '../lab.ts';
import { createKey } from '../requests.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyrig-restart-'));
});
afterEach(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true });
});

async function start(options: LabOptions) {
  const store = await openStore({ type: 'file', path: join(folder, 'kms.sqlite'), keyFile: join(folder, 'key') });
  const lab = await startLab({ ...options, store });
  return { lab, stop: () => lab.server.stop().then(() => store.close()) };
}

it.each(['uuid', 'sequential'] as const)(
  'with the same seed never gives an identifier twice: %s',
  async (identifiers) => {
    const known: string[] = [];
    for (let run = 0; run < 3; run++) {
      const { lab, stop } = await start({ seed: 'the same', identifiers });
      // They are there before the first message.
      expect(lab.server.objects.list().map(({ uniqueIdentifier }) => uniqueIdentifier)).toEqual(known);
      const client = await connect(lab);
      known.push(await createKey(client), await createKey(client));
      await stop();
    }
    expect(new Set(known).size).toBe(6);
  },
);
