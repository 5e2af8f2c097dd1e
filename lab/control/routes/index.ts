import type { Route } from '../route.ts';
import { advanceClock, readClock } from './clock.ts';
import { addFault, changeFault, listFaults, removeFault, resetFaults } from './faults.ts';
import { health, ready, state } from './health.ts';
import { queryJournal, readJournal, streamJournal } from './journal.ts';
import { kms } from './kms.ts';
import { metrics } from './metrics.ts';
import { openApi } from './openapi.ts';
import { inbox, steerTask, tasks } from './ovh.ts';
import { authority, clientCertificate, clientKey, revoked } from './pki.ts';
import { listScenarios, runShipped } from './scenarios.ts';
import { listSnapshots, removeSnapshot, reset, restoreSnapshot, takeSnapshot } from './snapshots.ts';
import { runSteps } from './steps.ts';

/** Every route of the control API, in the order of the documentation. */
export const routes: readonly Route[] = [
  health,
  ready,
  state,
  kms,
  metrics,
  openApi,
  readJournal,
  queryJournal,
  streamJournal,
  listFaults,
  addFault,
  changeFault,
  removeFault,
  resetFaults,
  readClock,
  advanceClock,
  listSnapshots,
  takeSnapshot,
  restoreSnapshot,
  removeSnapshot,
  reset,
  runSteps,
  listScenarios,
  runShipped,
  inbox,
  tasks,
  steerTask,
  authority,
  revoked,
  clientCertificate,
  clientKey,
];
