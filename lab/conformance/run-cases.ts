import { basename } from 'node:path';
import { causeChain } from '../../core/index.ts';
import { type CaseResult, type ConformanceTarget, runCase } from './run-case.ts';
import { loadCase, type TestCase } from './test-case.ts';

/** Gives the server for a case, and what to do after it. */
export type ProvideTarget = (
  testCase: TestCase,
) => Promise<{ target: ConformanceTarget; release?: () => Promise<void> }>;

/**
 * Runs the cases in their order, one after the other. A file that cannot be read fails.
 * @param onResult is told of each result as it comes
 */
export async function runCases(
  files: readonly string[],
  provide: ProvideTarget,
  onResult: (result: CaseResult) => void = () => {},
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const file of files) {
    const result = await runFile(file, provide);
    results.push(result);
    onResult(result);
  }
  return results;
}

async function runFile(file: string, provide: ProvideTarget): Promise<CaseResult> {
  let testCase: TestCase;
  try {
    testCase = loadCase(file);
  } catch (error) {
    const name = basename(file, '.xml');
    return { name, version: '?', file, status: 'failed', reason: causeChain(error).join(': '), steps: [] };
  }
  const { target, release } = await provide(testCase);
  try {
    return await runCase(testCase, target);
  } finally {
    await release?.();
  }
}
