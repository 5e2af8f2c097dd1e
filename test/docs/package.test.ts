import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Run, run } from '../interop/lab-process.ts';
import { emptyFolder, expectPageToHold, root } from './page.ts';

// The package as it is published, in a project that has installed it: packed, unpacked, its dependencies beside it.

const path = `${join(process.execPath, '..')}${delimiter}${process.env.PATH}`;
const inProject = (folder: string, program: string, ...args: string[]): Promise<Run> =>
  run(program, args, { cwd: folder, env: { PATH: path, NO_COLOR: '1', FORCE_COLOR: undefined } });

let tarball: string;
beforeAll(async () => {
  // What npm publishes is built first, as npm does it.
  const folder = emptyFolder(afterAll);
  const packed = await inProject(root, 'npm', 'pack', '--json', '--silent', '--pack-destination', folder);
  expect(packed.code, packed.stderr).toBe(0);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz'))!);
}, 240_000);

async function project(): Promise<string> {
  const folder = emptyFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  const own = join(root, 'node_modules');
  for (const name of readdirSync(own)) {
    if (!name.startsWith('.')) symlinkSync(realpathSync(join(own, name)), join(modules, name));
  }
  const unpacked = await inProject(folder, 'tar', '-xzf', tarball, '-C', modules);
  expect(unpacked.code, unpacked.stderr).toBe(0);
  cpSync(join(modules, 'package'), join(modules, 'keyrig'), { recursive: true });
  symlinkSync('../keyrig/bin/keyrig.js', join(modules, '.bin/keyrig'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  return folder;
}

describe('the package', () => {
  it('has every file that its exports name', async () => {
    const folder = join(await project(), 'node_modules/keyrig');
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      exports: Record<string, Record<string, string>>;
    };
    const named = Object.values(exports).flatMap((targets) => Object.values(targets));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((file) => !existsSync(join(folder, file)))).toEqual([]);
  });

  it('serves the page about scripts and vitest', { timeout: 120_000 }, async () => {
    const folder = await project();
    await expectPageToHold('vitest.md', folder, join(folder, 'node_modules/keyrig/bin/keyrig.js'));
  });
});

describe('the examples', () => {
  it('the script', async () => {
    const folder = await project();
    cpSync(join(root, 'examples/script'), folder, { recursive: true });
    const { code, stdout, stderr } = await inProject(folder, process.execPath, 'encrypt.ts');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^web-1 is encrypted with [\w-]+\n/);
    expect(stdout).toContain('why      vcenter: no connection for a new key of keyrig');
  });

  it('the tests with vitest', { timeout: 120_000 }, async () => {
    const folder = await project();
    cpSync(join(root, 'examples/vitest'), folder, { recursive: true });
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { code, stdout, stderr } = await inProject(folder, process.execPath, vitest, 'run', '--reporter=tap-flat');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(stdout.match(/^ok /gm)).toHaveLength(2);
  });

  it('both have the types that the package promises', { timeout: 120_000 }, async () => {
    const folder = await project();
    for (const example of ['script', 'vitest']) cpSync(join(root, 'examples', example), folder, { recursive: true });
    writeFileSync(
      join(folder, 'wrong.ts'),
      "import { startLab } from 'keyrig/lab';\nawait startLab({ world: { gateway: 'ajar' } });\n",
    );
    const compilerOptions = {
      target: 'esnext',
      module: 'nodenext',
      strict: true,
      noEmit: true,
      types: ['node'],
      skipLibCheck: true,
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const { stdout } = await inProject(
      folder,
      process.execPath,
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      '.',
    );
    // Only the one that is wrong on purpose.
    expect(stdout.match(/^[\w.]+\.ts\(\d+,\d+\): error/gm)).toHaveLength(1);
    expect(stdout).toContain('wrong.ts(2,');
  });

  it("the workflow's commands, shard by shard, and the report of the whole", { timeout: 120_000 }, async () => {
    const folder = await project();
    await inProject(folder, 'npx', 'keyrig', 'init', 'scenarios-first.scenario.yaml');
    mkdirSync(join(folder, 'scenarios'));
    for (const name of ['a', 'b']) {
      cpSync(join(folder, 'scenarios-first.scenario.yaml'), join(folder, `scenarios/${name}.scenario.yaml`));
    }
    const { jobs } = parse(readFileSync(join(root, 'examples/github-actions/scenarios.yml'), 'utf8')) as Workflow;
    const commandOf = ({ steps }: Job) =>
      steps.find(({ run: command }) => command?.startsWith('npx keyrig'))?.run ?? '';
    const shards = jobs.run.strategy?.matrix.shard ?? [];
    expect(shards).toEqual([1, 2]);
    for (const shard of shards) {
      const command = commandOf(jobs.run).replace(/\$\{\{ matrix\.shard \}\}/g, String(shard));
      expect(await inProject(folder, 'bash', '-c', command)).toMatchObject({ code: 0 });
    }
    const merged = await inProject(folder, 'bash', '-c', commandOf(jobs.report));
    expect(merged.code, merged.stderr).toBe(0);
    expect(merged.stdout).toContain('2 scenarios: 2 passed');
    expect(['report.xml', 'report.html'].filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  });
});

interface Job {
  strategy?: { matrix: { shard: number[] } };
  steps: { run?: string }[];
}

interface Workflow {
  jobs: { run: Job; report: Job };
}
