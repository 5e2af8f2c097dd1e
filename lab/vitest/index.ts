import './matchers.ts';

export type { RunningLab, StartLabOptions } from '../api.ts';
export { type LabTestOptions, labTest } from './lab-test.ts';
