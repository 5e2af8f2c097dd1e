import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ManualClock } from '../../core/index.ts';
import { root } from '../interop/clients.ts';
import { run } from '../interop/lab-process.ts';
import { ControlledLab } from './control-lab.ts';

const controlled = new ControlledLab({ clock: () => new ManualClock() });

it('every command in docs/control-api.md works as printed, in the order of the page', async () => {
  const page = readFileSync(`${root}docs/control-api.md`, 'utf8');
  const commands = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text!.trim());
  const [setting, ...calls] = commands;
  expect(setting).toBe('URL=http://127.0.0.1:8600');
  expect(calls.length).toBeGreaterThan(15);
  for (const command of calls) {
    const { code, stderr } = await run('sh', ['-c', `${command} > /dev/null`], {
      env: { URL: controlled.control.url, NO_PROXY: '*' },
    });
    expect(code, `${command}\n${stderr}`).toBe(0);
  }
});
