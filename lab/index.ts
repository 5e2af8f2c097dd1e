export {
  type FaultInput,
  failureText,
  type LabVm,
  RunningLab,
  type StartLabOptions,
  StepFailure,
  type StepInput,
  startLab,
  type WorldInput,
} from './api.ts';
export { createLab, Lab, type LabOptions } from './lab.ts';
export { type ReadyLine, readyLine, writePki } from './ready.ts';
export { loadScenario, loadScenarios, type Problem, parseScenario } from './scenario/load.ts';
export {
  type RunOptions,
  runScenario,
  type ScenarioResult,
  type StepOutcome,
  type StepResult,
} from './scenario/run.ts';
export { type Scenario, scenarioSchema } from './scenario/schema.ts';
export type { LabSnapshot } from './snapshot.ts';
export type { World } from './world/schema.ts';
