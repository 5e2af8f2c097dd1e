export { type Exclusion, exclusionOf, exclusions } from './exclusions.ts';
export { findCases } from './find-cases.ts';
export { toJunit } from './junit.ts';
export { ownServers } from './own-server.ts';
export { ConformanceReport } from './report.ts';
export { type CaseResult, type ConformanceTarget, runCase, type StepResult } from './run-case.ts';
export { type ProvideTarget, runCases } from './run-cases.ts';
export { loadCase, parseCase, type TestCase, type TestStep } from './test-case.ts';
