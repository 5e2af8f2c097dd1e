/** One KMIP server of a cluster as a process of its own. Options as JSON on standard input; its port on standard output. */
import { text } from 'node:stream/consumers';
import { createRuntime } from '../../../core/index.ts';
import { createKmipServer, openStore } from '../../../kmip-server/index.ts';

const { identity, ca, store } = JSON.parse(await text(process.stdin));
const server = createKmipServer({ identity, ca, port: 0, store: await openStore(store) }, createRuntime({}));
const { port } = await server.start();
console.log(port);
