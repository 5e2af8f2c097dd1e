/**
 * The process that runs scenarios for `keyrig run`, one after the other. It has nothing to lose: its parent replaces it when a
 * scenario runs out of time or brings it down.
 */
import { enableCompileCache } from 'node:module';
import type { Job, WorkerMessage } from './messages.ts';

enableCompileCache();

// A parent that is gone wants nothing any more.
process.on('disconnect', () => process.exit());
process.on('message', (job: Job) => void work(job));

const { KeyPool } = await import('../../core/index.ts');
const { makeKeysAhead } = await import('../world/key-roles.ts');
// One pool for all: the labs share key pairs, never certificates.
const keys = new KeyPool();
void makeKeysAhead(keys);
const running = import('../scenario/run.ts');
const reporting = import('./step-report.ts');

async function work({ scenario, file, places, seed, timeoutMs, journal, timeline }: Job): Promise<void> {
  const [{ runScenario }, { attemptReport, stepReport }] = await Promise.all([running, reporting]);
  const result = await runScenario(scenario, file, {
    keys,
    seed,
    timeoutMs,
    timeline,
    onSeed: (used) => tell({ type: 'seed', seed: used }),
    onBegin: (step) => tell({ type: 'began', step }),
    onStep: (step) => tell({ type: 'step', step: stepReport(step, places) }),
    onJournal: (entries) => {
      if (!journal) return;
      const lines = entries.map((entry) => `${JSON.stringify({ scenario: scenario.name, ...entry })}\n`);
      tell({ type: 'journal', lines: lines.join('') });
    },
  });
  tell({ type: 'ended', attempt: attemptReport(result, places) });
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}
