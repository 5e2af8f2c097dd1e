export * from './actions.ts';
export { checkRule, type RuleProblem } from './check-rule.ts';
export * from './connection.ts';
export * from './engine.ts';
export * from './http.ts';
export * from './points.ts';
export * from './port.ts';
export * from './rule.ts';
export * from './sending.ts';
