/**
 * Runs the official KMIP test cases against keyrig's own server, over TLS, each on a fresh server.
 *
 *   node scripts/conformance.ts [--grep <text>] [--junit <file>] [folder or files…]
 *
 * Default folder: ../shared/conformance/oasis (relative to the repository root). Exit 0: all passed, 1: a case failed,
 * 2: a bad file or option, 4: no cases.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { messageOf } from '../core/index.ts';
import { exitCodeOf } from '../lab/cli/exit-codes.ts';
import { ConformanceReport, findCases, ownServers, runCases, toJunit } from '../lab/conformance/index.ts';

const defaultFolder = fileURLToPath(new URL('../../shared/conformance/oasis', import.meta.url));

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: 'string' }, junit: { type: 'string' } },
  });
  if (positionals.length === 0 && !existsSync(defaultFolder)) {
    console.error('NO CASES: ../shared/conformance/oasis is not there; name a folder with the OASIS test cases');
    process.exitCode = 4;
  } else {
    const files = findCases(positionals.length === 0 ? [defaultFolder] : positionals, values.grep);
    const report = new ConformanceReport(process.stdout);
    const results = await runCases(files, await ownServers(), (result) => report.result(result));
    report.table(results);
    if (values.junit !== undefined) writeFileSync(values.junit, toJunit(results));
    process.exitCode = results.some(({ status }) => status === 'failed') ? 1 : 0;
  }
} catch (error) {
  console.error(`conformance: ${messageOf(error)}`);
  process.exitCode = error instanceof TypeError ? 2 : exitCodeOf(error);
}
