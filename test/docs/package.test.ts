import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { root } from '../interop/clients.ts';
import { installKeyrig, packKeyrig, runIn } from '../published.ts';
import { emptyFolder, expectPageToHold } from './page.ts';

// The package as it is published, in a project that has installed it.

let tarball: string;
beforeAll(async () => {
  tarball = await packKeyrig(emptyFolder(afterAll));
}, 240_000);

async function project(): Promise<string> {
  const folder = emptyFolder();
  await installKeyrig(tarball, folder);
  return folder;
}

describe('the package', () => {
  it('has every file that its exports name', async () => {
    const folder = await project();
    const named = Object.values(exportsOf(folder)).flatMap((targets) => Object.values(targets));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((file) => !existsSync(join(folder, 'node_modules/keyrig', file)))).toEqual([]);
  });

  it('has in each export what the sources have', async () => {
    const folder = await project();
    for (const [name, { default: file = '' }] of Object.entries(exportsOf(folder))) {
      const source = join(root, file.replace('/dist/', '/').replace(/js$/, 'ts'));
      const names = await Promise.all(
        [source, `keyrig/${name.slice(2)}`].map(async (from) => {
          const script = `console.log(Object.keys(await import('${from}')).sort().join(' '))`;
          const { code, stdout, stderr } = await runIn(folder, process.execPath, '--input-type=module', '-e', script);
          expect(code, stderr).toBe(0);
          return stdout;
        }),
      );
      expect(names[1], name).toBe(names[0]);
      expect(names[0]!.length).toBeGreaterThan(5);
    }
  });

  it('loads no more than is used', async () => {
    const folder = await project();
    const loadedWith = async (name: string) => {
      const script = `await import('keyrig/${name}'); console.log(process.moduleLoadList.join('\\n'))`;
      return (await runIn(folder, process.execPath, '--input-type=module', '-e', script)).stdout;
    };
    const lab = await loadedWith('lab');
    expect(lab).toMatch(/^NativeModule https$/m);
    // Node.js' fetch, which an import of node:http would bring along.
    expect(lab).not.toContain('undici');
    expect(await loadedWith('kmip')).not.toMatch(/^NativeModule https?$/m);
  });

  it('passes the scenarios that come with it, some at once', { timeout: 180_000 }, async () => {
    const folder = await project();
    const shipped = 'node_modules/keyrig/scenarios';
    const { code, stdout, stderr } = await runIn(folder, 'npx', 'keyrig', 'run', shipped, '--workers', '2');
    expect(code, `${stdout}${stderr}`).toBe(0);
    const [, scenarios, passed] = /^(\d+) scenarios: (\d+) passed/m.exec(stdout) ?? [];
    expect(Number(passed)).toBeGreaterThan(130);
    expect(passed).toBe(scenarios);
  });

  it('serves the page about scripts and vitest', async () => {
    const folder = await project();
    await expectPageToHold('vitest.md', folder, join(folder, 'node_modules/keyrig/bin/keyrig.js'));
  });
});

describe('the examples', () => {
  it('the script', async () => {
    const folder = await project();
    cpSync(join(root, 'examples/script'), folder, { recursive: true });
    const { code, stdout, stderr } = await runIn(folder, process.execPath, 'encrypt.ts');
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^web-1 is encrypted with [\w-]+\n/);
    expect(stdout).toContain('why      vcenter: no connection for a new key of keyrig');
  });

  it('the tests with vitest', async () => {
    const folder = await project();
    cpSync(join(root, 'examples/vitest'), folder, { recursive: true });
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { code, stdout, stderr } = await runIn(folder, process.execPath, vitest, 'run', '--reporter=tap-flat');
    expect(code, `${stdout}${stderr}`).toBe(0);
    expect(stdout.match(/^ok /gm)).toHaveLength(2);
  });

  it('both have the types that the package promises', async () => {
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
    const { stdout } = await runIn(folder, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
    // Only the one that is wrong on purpose.
    expect(stdout.match(/^[\w.]+\.ts\(\d+,\d+\): error/gm)).toHaveLength(1);
    expect(stdout).toContain('wrong.ts(2,');
  });

  it("the workflow's commands, shard by shard, and the report of the whole", async () => {
    const folder = await project();
    await runIn(folder, 'npx', 'keyrig', 'init', 'scenarios-first.scenario.yaml');
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
      expect(await runIn(folder, 'bash', '-c', command)).toMatchObject({ code: 0 });
    }
    const merged = await runIn(folder, 'bash', '-c', commandOf(jobs.report));
    expect(merged.code, merged.stderr).toBe(0);
    expect(merged.stdout).toContain('2 scenarios: 2 passed');
    expect(['report.xml', 'report.html'].filter((name) => !existsSync(join(folder, name)))).toEqual([]);
  });
});

function exportsOf(folder: string): Record<string, Record<string, string>> {
  return JSON.parse(readFileSync(join(folder, 'node_modules/keyrig/package.json'), 'utf8')).exports;
}

interface Job {
  strategy?: { matrix: { shard: number[] } };
  steps: { run?: string }[];
}

interface Workflow {
  jobs: { run: Job; report: Job };
}
