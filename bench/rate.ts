import type { RawClient } from './raw-client.ts';

/** Requests per second while all clients repeat some work, `times` in all; `requests` is what the work asks for each time. */
export async function requestsPerSecond(
  clients: readonly RawClient[],
  { times, requests }: { times: number; requests: number },
  work: (client: RawClient) => Promise<unknown>,
): Promise<number> {
  let begun = 0;
  const repeat = async (client: RawClient) => {
    while (begun++ < times) await work(client);
  };
  const begin = performance.now();
  await Promise.all(clients.map(repeat));
  return (times * requests * 1_000) / (performance.now() - begin);
}

/** Opens as many clients as asked for. */
export function openAll(open: () => Promise<RawClient>, count: number): Promise<RawClient[]> {
  return Promise.all(Array.from({ length: count }, open));
}
