// Measures keyrig's speed and what it withstands, and prints a table. node bench/run.ts [part …], all parts when none is named:
// start-up, scenarios, codec, kmip, objects, stores, connections, fuzz, vcenter, ovh

import { availableParallelism } from 'node:os';
import { measureCodec } from './codec.ts';
import { measureConnections } from './connections.ts';
import type { Figure } from './figures.ts';
import { measureFuzz } from './fuzz.ts';
import { measureKmip } from './kmip.ts';
import { measureObjects } from './objects.ts';
import { measureOvh } from './ovh.ts';
import { measureScenarios } from './scenarios.ts';
import { measureStartUp } from './start-up.ts';
import { measureStores } from './stores.ts';
import { measureVcenter } from './vcsim.ts';

const parts = {
  'start-up': measureStartUp,
  scenarios: measureScenarios,
  codec: measureCodec,
  kmip: measureKmip,
  objects: measureObjects,
  stores: measureStores,
  connections: measureConnections,
  fuzz: measureFuzz,
  vcenter: measureVcenter,
  ovh: measureOvh,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  process.exitCode = 2;
} else {
  console.log(`Node.js ${process.versions.node}, ${availableParallelism()} cores\n`);
  console.log('| figure | measured | target | met |\n|---|---|---|---|');
  for (const [name, measure] of Object.entries(parts)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    try {
      for (const figure of await measure()) console.log(row(figure));
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function row({ name, value, target, met }: Figure): string {
  return `| ${name} | ${value} | ${target} | ${met === undefined ? '' : met ? 'yes' : 'no'} |`;
}
