// What the scripts beside this one share: a client of the lab, and how they print what each step gave.

import { setTimeout as delay } from 'node:timers/promises';

// The older package, "ovh", is used in the same way; OVH_PACKAGE can name it, or a file of it.
const { default: ovh } = await import(process.env.OVH_PACKAGE ?? '@ovhcloud/node-ovh');

/**
 * OVHcloud's client, unchanged. It speaks HTTPS only, and its option "endpoint" takes OVHcloud's own names only: host and port say
 * where the lab is. It has no option for a certificate authority; Node.js reads NODE_EXTRA_CA_CERTS.
 */
export function client(options = {}) {
  const { OVH_ENDPOINT, OVH_APPLICATION_KEY, OVH_APPLICATION_SECRET, OVH_CONSUMER_KEY } = process.env;
  const api = ovh({
    ...(OVH_ENDPOINT.includes('/') ? placeOf(new URL(OVH_ENDPOINT)) : { endpoint: OVH_ENDPOINT }),
    appKey: OVH_APPLICATION_KEY,
    appSecret: OVH_APPLICATION_SECRET,
    consumerKey: OVH_CONSUMER_KEY,
    ...options,
  });
  return (method, path, parameters = {}) => api.requestPromised(method, path, parameters);
}

function placeOf({ hostname, port, pathname }) {
  return { host: hostname, port: Number(port), basePath: pathname };
}

/** Prints one line: the name of a step and what it gave, as JSON. */
export function step(name, gave) {
  console.log(name, JSON.stringify(gave));
}

/** What the client rejects with when the API refuses a call: status and message, no more. */
export function refusal(call) {
  return call.catch(({ error, message }) => ({ status: error, message }));
}

/** Starts a task and polls it to its end; prints it as it began, the states that it went through, and how it ended. */
export async function follow(call, service, name, begun) {
  step(name, begun);
  let task = begun;
  const states = [task.state];
  while (!['done', 'error', 'canceled'].includes(task.state)) {
    await delay(200);
    task = await call('GET', `${service}/task/${begun.taskId}`);
    if (states.at(-1) !== task.state) states.push(task.state);
  }
  step(`${name}States`, states);
  step(`${name}End`, task);
}
