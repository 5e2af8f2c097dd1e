import { readFileSync, rmSync } from 'node:fs';
import { build } from 'rolldown';

// The published package has the sources joined in a few files: a lab is ready sooner, and in less memory, than when Node looks for
// the nearly 800 of them one by one (docs/performance.md has the figures). Dependencies stay what npm installs; types are tsc's.

const { exports, dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, { default: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
};
const libraries = Object.values(exports).map(({ default: file }) => file.replace(/^\.\/dist\/|\.js$/g, ''));

/** What is started by its path: the command line, and the process that runs scenarios beside it. */
const programs = ['lab/cli/main', 'lab/runner/worker'];

// Names of earlier builds would be published with these.
rmSync('dist/chunks', { recursive: true, force: true });

await build({
  input: Object.fromEntries([...libraries, ...programs].map((entry) => [entry, `./${entry}.ts`])),
  platform: 'node',
  external: (id) => id.startsWith('node:') || id in dependencies || id in peerDependencies,
  output: { dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name].js' },
  onLog(_level, log) {
    throw new Error(log.message);
  },
});
