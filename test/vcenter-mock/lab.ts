import { request } from 'node:https';
import { afterAll, afterEach } from 'vitest';
import {
  createRuntime,
  type FaultRule,
  KeyPool,
  ManualClock,
  type Runtime,
  type RuntimeState,
  restoreRuntime,
  saveRuntime,
  selfSigned,
} from '../../core/index.ts';
import {
  createVcenterMock,
  type VcenterMock,
  type VcenterMockOptions,
  type VcenterState,
} from '../../vcenter-mock/index.ts';
import { expectRoundTrip, stranger, throughText } from './round-trip.ts';

const pool = new KeyPool();
/** What runs, with the state in which it began and what that was as text. */
const running = new Map<VcenterMock, { state: VcenterState; text: string }>();

// Whatever a test does to a vCenter can be saved, restored and undone.
afterEach(async () => {
  for (const [mock, begun] of running) {
    if (mock.running.length === 0) await expectRoundTrip(mock, begun);
    await mock.stop();
  }
  running.clear();
});
afterAll(() => pool.get('server'));

export const username = 'administrator@vsphere.local';
export const password = 'not-a-secret-1';

/** An answer as it came over the wire. */
export interface Answer {
  status: number;
  body: string;
  headers: Record<string, string | string[] | undefined>;
}

/** A running vCenter mock with a client that speaks hand-written SOAP. */
export interface Lab {
  mock: VcenterMock;
  runtime: Runtime;
  clock: ManualClock;
  /** Cookie header of the client; set by `login`. */
  cookie?: string;
  /** Sends an HTTP request. */
  send(
    path: string,
    body: string,
    options?: { soapAction?: string; cookie?: string; method?: string },
  ): Promise<Answer>;
  /** Sends the content of a SOAP body to /sdk as pyVmomi would. */
  call(content: string, soapAction?: string): Promise<Answer>;
  login(user?: string, pass?: string): Promise<Answer>;
  /** The reference of the VM or host with that name. */
  ref(name: string): string;
}

/** Starts a vCenter on a free port with a fixed seed and a frozen clock. It is stopped after the test. */
export async function startLab(
  options: VcenterMockOptions & { faults?: FaultRule[]; plain?: boolean } = {},
): Promise<Lab> {
  const { faults, plain, ...rest } = options;
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const runtime = createRuntime({ clock, seed: 'vcenter-tests', faults });
  const identity = plain ? undefined : selfSigned({ commonName: 'vcenter', keys: await pool.get('server') }, runtime);
  const mock = createVcenterMock(
    {
      port: 0,
      identity,
      users: [{ username, password }],
      inventory: {
        hosts: [{ name: 'esx-01' }, { name: 'esx-02' }],
        vms: [
          { name: 'web', host: 'esx-01' },
          { name: 'db', host: 'esx-02', powerState: 'poweredOn', hardwareVersion: 19 },
        ],
      },
      ...rest,
    },
    runtime,
  );
  return serve(mock, runtime, clock);
}

/** A vCenter with its clock and its random numbers. */
export interface SavedLab {
  runtime: RuntimeState;
  vcenter: VcenterState;
}

export function saveLab({ mock, runtime }: Lab): SavedLab {
  return { runtime: saveRuntime(runtime), vcenter: mock.save() };
}

export function restoreLab({ mock, runtime }: Lab, saved: SavedLab): void {
  restoreRuntime(runtime, saved.runtime);
  mock.restore(saved.vcenter);
}

/** Starts another vCenter of the same release and takes it to a state of this one, as a file would keep it; the client is logged in there. */
export async function elsewhere(lab: Lab, saved = saveLab(lab)): Promise<Lab> {
  const clock = new ManualClock(0);
  const runtime = createRuntime({ clock, seed: lab.runtime.random.seed });
  const identity = selfSigned({ commonName: 'vcenter', keys: await pool.get('server') }, runtime);
  const mock = stranger(lab.mock, { identity, runtime });
  restoreRuntime(runtime, saved.runtime);
  mock.restore(throughText(saved.vcenter));
  const there = await serve(mock, runtime, clock);
  there.cookie = lab.cookie;
  return there;
}

async function serve(mock: VcenterMock, runtime: Runtime, clock: ManualClock): Promise<Lab> {
  await mock.start();
  const state = mock.save();
  running.set(mock, { state, text: JSON.stringify(state) });
  const lab: Lab = {
    mock,
    runtime,
    clock,
    send: (path, body, sent = {}) =>
      new Promise((resolve, reject) => {
        const headers: Record<string, string> = { 'content-type': 'text/xml; charset=UTF-8' };
        if (sent.soapAction) headers.soapaction = sent.soapAction;
        const cookie = sent.cookie ?? lab.cookie;
        if (cookie !== undefined) headers.cookie = cookie;
        const outgoing = request(
          {
            host: '127.0.0.1',
            port: mock.port,
            path,
            method: sent.method ?? 'POST',
            headers,
            rejectUnauthorized: false,
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8');
            response.on('data', (part: string) => {
              text += part;
            });
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
            );
            response.on('error', reject);
          },
        );
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    call: (content, soapAction = '"urn:vim25/8.0.3.0"') => lab.send('/sdk', envelope(content), { soapAction }),
    login: async (user = username, pass = password) => {
      // As a new client: one that has a session cannot log in again.
      lab.cookie = undefined;
      const answer = await lab.call(
        `<Login xmlns="urn:vim25"><_this type="SessionManager">SessionManager</_this><userName>${user}</userName><password>${pass}</password></Login>`,
      );
      const [cookie] = answer.headers['set-cookie'] ?? [];
      lab.cookie = cookie;
      return answer;
    },
    ref: (name) => (mock.inventory.vm(name) ?? mock.inventory.host(name))!.ref.value,
  };
  return lab;
}

/** As `startLab`, logged in. */
export async function loggedIn(options?: Parameters<typeof startLab>[0]): Promise<Lab> {
  const lab = await startLab(options);
  await lab.login();
  return lab;
}

/** A SOAP 1.1 envelope with pyVmomi's prefixes. */
export function envelope(content: string, header = ''): string {
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">' +
    `${header && `<soapenv:Header>${header}</soapenv:Header>`}<soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`
  );
}

/** The text between the first `<tag …>` and `</tag>`. */
export function textOf(body: string, tag: string): string | undefined {
  return new RegExp(`<${tag}(?: [^>]*)?>(.*?)</${tag}>`, 's').exec(body)?.[1];
}

/** A Fetch of one property, as pyVmomi reads everything. */
export function fetchOf(type: string, id: string, property: string): string {
  return `<Fetch xmlns="urn:vim25"><_this type="${type}">${id}</_this><prop>${property}</prop></Fetch>`;
}

/** Reads a task's info until it has ended; the clock stands still meanwhile. */
export async function finished(lab: Lab, answer: Answer): Promise<string> {
  const task = textOf(answer.body, 'returnval') ?? '';
  await lab.mock.tasks.idle();
  return (await lab.call(fetchOf('Task', task, 'info'))).body;
}
