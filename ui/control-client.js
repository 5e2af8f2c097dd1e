// The control API as the dashboard uses it: requests, and the timeline as server-sent events.

const retryMilliseconds = 1_000;

/** Kept for this tab alone. It may come in the fragment of the address, which browsers send to nobody. */
let token = new URLSearchParams(location.hash.slice(1)).get('token') ?? sessionStorage.getItem('token') ?? '';
if (location.hash.includes('token=')) history.replaceState(null, '', location.pathname);
useToken(token);

export function useToken(value) {
  token = value;
  if (token === '') sessionStorage.removeItem('token');
  else sessionStorage.setItem('token', token);
}

/** What the control API refuses, with its code. */
export class Refusal extends Error {
  constructor(status, { message, code }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function send(path, { method = 'GET', body, headers, signal } = {}) {
  const answer = await fetch(path, {
    method,
    signal,
    headers: {
      ...(token !== '' && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({ message: `${path} answered ${answer.status}` }));
  throw new Refusal(answer.status, told);
}

/** The JSON that a route answers; undefined when it answers nothing. Rejects with a Refusal. */
export async function call(path, options) {
  const answer = await send(path, options);
  return answer.status === 204 ? undefined : answer.json();
}

/**
 * Follows the timeline and goes on where it was when the connection ends. An EventSource cannot show a token, so the events are
 * read from a fetch. Ends only when the lab refuses.
 * @param {(entries: object[]) => void} told given the entries that came together
 * @param {(problem: Error | undefined) => void} changed told when the connection is lost (why) and when it is there again
 */
export async function follow(told, changed) {
  let last = 0;
  for (;;) {
    try {
      const answer = await send('journal/stream', { headers: { 'last-event-id': String(last) } });
      changed(undefined);
      let rest = '';
      for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop();
        const entries = blocks.flatMap(entryIn);
        if (entries.length === 0) continue;
        last = entries.at(-1).seq;
        told(entries);
      }
      changed(new Error('the lab has ended'));
    } catch (error) {
      if (error instanceof Refusal) throw error;
      changed(error);
    }
    await new Promise((resolve) => setTimeout(resolve, retryMilliseconds));
  }
}

function entryIn(block) {
  const lines = block.split('\n');
  const data = lines.find((line) => line.startsWith('data: '));
  return lines.includes('event: entry') && data !== undefined ? [JSON.parse(data.slice('data: '.length))] : [];
}
