import { readFileSync } from 'node:fs';
import { KeyrigError, messageOf } from '../../core/index.ts';
import { type FileReport, type Report, reportSchema, reportVersion } from './shape.ts';
import { reportOf } from './summary.ts';

/**
 * Reads a JSON report.
 * Throws ERR_FILE_NOT_FOUND, or ERR_OPTION when it is not one that this version understands.
 */
export function readReport(file: string): Report {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new KeyrigError('ERR_FILE_NOT_FOUND', `cannot read ${file}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new KeyrigError('ERR_OPTION', `${file} is not JSON: ${messageOf(error)}`);
  }
  const version = (value as { keyrigReport?: unknown } | null)?.keyrigReport;
  if (version === undefined) throw new KeyrigError('ERR_OPTION', `${file} is not a report of keyrig run`);
  if (version !== reportVersion) {
    throw new KeyrigError(
      'ERR_OPTION',
      `${file} is a report of version ${version}; this keyrig reads ${reportVersion}`,
    );
  }
  const result = reportSchema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new KeyrigError('ERR_OPTION', `${file} is not a whole report: "${issue?.path.join('.')}": ${issue?.message}`);
}

/**
 * One report out of those of several machines or calls. What keeps it from being whole (a shard that is missing or came twice,
 * a scenario that is in two) is among its problems, which make its exit code 3.
 */
export function mergeReports(reports: readonly Report[]): Report {
  const files = new Map<string, FileReport>();
  const twice = new Set<string>();
  for (const { file, scenarios } of reports.flatMap((report) => report.files)) {
    const known = files.get(file);
    // The cells of one matrix may be shared among shards.
    const isIn = ({ name }: { name: string }) => known?.scenarios.some((other) => other.name === name) === true;
    if (scenarios.some(isIn)) twice.add(file);
    files.set(file, { file, scenarios: [...(known?.scenarios ?? []), ...scenarios] });
  }
  return reportOf({
    keyrig: [...new Set(reports.map(({ keyrig }) => keyrig))].join(', '),
    started: reports.map(({ started }) => started).sort()[0]!,
    // They ran side by side: the slowest decides how long people waited.
    milliseconds: Math.max(...reports.map(({ milliseconds }) => milliseconds)),
    problems: [
      ...new Set([
        ...reports.flatMap(({ problems }) => problems),
        ...shardProblems(reports),
        ...[...twice].map((file) => `${file} is in more than one report`),
      ]),
    ],
    files: [...files.values()],
  });
}

function shardProblems(reports: readonly Report[]): string[] {
  const shards = reports.flatMap(({ shard }) => (shard === undefined ? [] : [shard]));
  if (shards.length === 0) return [];
  const counts = new Set(shards.map(({ count }) => count));
  if (counts.size > 1) return [`shards of different runs: there are ${[...counts].join(' and ')} of them`];
  if (shards.length < reports.length) return ['a report of all scenarios is merged with shards'];
  const count = shards[0]!.count;
  return Array.from({ length: count }, (_, index) => index + 1).flatMap((index) => {
    const times = shards.filter((shard) => shard.index === index).length;
    if (times === 1) return [];
    return [times === 0 ? `shard ${index}/${count} is missing` : `shard ${index}/${count} is there ${times} times`];
  });
}
