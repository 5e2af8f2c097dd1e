/** A server's process, to be killed or starved: node file-store-child.ts <command> <path of the store>. Tells on standard output. */
import { rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { KeyrigError } from '../../../core/index.ts';
import { openStore } from '../../../kmip-server/store/open-store.ts';
import type { ObjectStore } from '../../../kmip-server/store/store.ts';
import { aesKey } from './sample-objects.ts';

const [command, path] = process.argv.slice(2) as [string, string];
const open = () => openStore({ type: 'file', path, key: Buffer.alloc(32, 0x42) });
/** Not buffered: what stands there was said before the process ended. */
const say = (line: string) => void writeSync(1, `${line}\n`);
const messageOf = (error: unknown) => (error instanceof KeyrigError ? `${error.code} ${error.message}` : String(error));

async function commit(store: ObjectStore, uniqueIdentifier: string): Promise<void> {
  while ((await store.commit({ put: [aesKey(uniqueIdentifier)], deleted: [] })) === 'conflict') await store.refresh();
}

/** Commits until the store refuses; how many it acknowledged and why it refused. */
async function commitUntilRefused(store: ObjectStore): Promise<{ stored: number; refusal: string }> {
  for (let stored = 0; ; stored++) {
    try {
      await commit(store, `object ${stored}`);
    } catch (error) {
      return { stored, refusal: messageOf(error) };
    }
  }
}

const commands: Record<string, () => Promise<void>> = {
  /** Commits one object after the other and names each that was acknowledged. */
  async forever() {
    const store = await open();
    await store.refresh();
    for (let i = 0; ; i++) {
      await commit(store, `${process.pid}.${i}`);
      say(`${process.pid}.${i}`);
    }
  },

  /** Fills the disk, frees some of it, and goes on. */
  async fill() {
    const ballast = join(dirname(path), 'ballast');
    writeFileSync(ballast, Buffer.alloc(256 * 1024));
    const store = await open();
    await store.refresh();
    const { stored, refusal } = await commitUntilRefused(store);
    const again = await store.commit({ put: [aesKey('too much')], deleted: [] }).catch(messageOf);
    const refreshed = await store.refresh();
    rmSync(ballast);
    const afterwards = await store.commit({ put: [aesKey('afterwards')], deleted: [] });
    await store.close();
    const reopened = await open();
    const found = (await reopened.refresh()).put.map(({ uniqueIdentifier }) => uniqueIdentifier);
    say(JSON.stringify({ stored, refusal, again, refreshed, afterwards, found: found.length, last: found.at(-1) }));
  },

  /** Commits until it may not write any more, waits for a line, and goes on. */
  async starve() {
    const store = await open();
    await store.refresh();
    const { stored, refusal } = await commitUntilRefused(store);
    say(JSON.stringify({ stored, refusal }));
    await new Promise((resolve) => process.stdin.once('data', resolve));
    await store.refresh();
    say(JSON.stringify({ afterwards: await store.commit({ put: [aesKey('afterwards')], deleted: [] }) }));
    process.exit();
  },

  /** One try. */
  async once() {
    try {
      const store = await open();
      await store.refresh();
      say(await store.commit({ put: [aesKey('once')], deleted: [] }));
    } catch (error) {
      say(messageOf(error));
    }
  },
};

await commands[command]?.();
