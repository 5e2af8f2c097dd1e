import type { FastifyRequest } from 'fastify';
import { connectionKey, isJsonObject, type JsonObject, messageOf } from '../../core/index.ts';
import { originOf } from '../http/origin.ts';
import type { Session } from '../http/sessions.ts';
import { rootFolderRef } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import { compareVersions } from '../vim/kernel/version.ts';
import { asVapiError, invalidInput, type Root, unauthenticated, unsupportedProperty, VapiError } from './errors.ts';
import type { Members, Operation, RestCall } from './operation.ts';

/** A request for an operation, whatever protocol it came by. */
export interface Asked
  extends Pick<
    RestCall,
    'root' | 'method' | 'path' | 'session' | 'params' | 'query' | 'authorization' | 'proof' | 'headerOnly' | 'header'
  > {
  readonly request: FastifyRequest;
  /** In the journal. */
  readonly title: string;
  /** The family by whose rules parameters are checked. */
  readonly queryRoot: Root;
  /** The request as JSON, for those who look at the timeline. */
  readonly kept: string | undefined;
  /** @throws INVALID_ARGUMENT for what is no structure */
  body(): JsonObject;
}

export interface Done {
  readonly failure?: undefined;
  readonly result: unknown;
}

/** An operation that failed; `cause`: `seq` of the request's journal entry. */
export interface Failed {
  readonly failure: VapiError;
  readonly cause: number;
}

/** Carries an operation out: with its session, its privilege and its input checked, and in the journal. */
export async function perform(vc: Vcenter, operation: Operation, asked: Asked): Promise<Done | Failed> {
  const { request, session, method, path, title } = asked;
  const { journal } = vc.runtime;
  const entry = journal.record({
    plane: 'vcenter',
    event: 'vcenter.rest.call',
    level: method === 'GET' ? 'debug' : 'info',
    text: title,
    data: {
      method,
      path: path.slice(0, 200),
      action: operation.action,
      user: session?.user.username,
      userAgent: request.headers['user-agent'],
    },
    link: linkOf(request),
  });
  const release = session && vc.sessions.hold(session);
  if (asked.kept !== undefined) journal.messages?.keep(entry.seq, 'request', 'json', asked.kept);
  const done = vc.work.begin(title);
  try {
    if (!operation.anonymous) authorize(session, operation.privilege, vc);
    const body = asked.body();
    const unknown = checkInput(operation, asked, body, vc.profile.apiVersion);
    if (unknown !== undefined) {
      record(vc, request, 'vcenter.unknown', `${titleOf(request)} has no parameter ${unknown.slice(0, 100)}`);
    }
    const result = await operation.run({
      vc,
      root: asked.root,
      method: request.method,
      path,
      session,
      user: session?.user.username ?? '',
      params: asked.params,
      query: asked.query,
      body,
      text: typeof request.body === 'string' ? request.body : '',
      authorization: asked.authorization,
      proof: asked.proof,
      headerOnly: asked.headerOnly,
      origin: originOf(request),
      http: { remoteAddress: request.ip, userAgent: request.headers['user-agent'] ?? '' },
      cause: entry.seq,
      header: asked.header,
    });
    // A string alone is a name, or the token of a session.
    if (typeof result === 'object') journal.messages?.keep(entry.seq, 'answer', 'json', JSON.stringify(result));
    return { result };
  } catch (error) {
    return { failure: failureOf(vc, error, entry.seq), cause: entry.seq };
  } finally {
    done();
    release?.();
  }
}

/** How a client that is not known can prove who it is. observed form; SIGN also has a realm there, the hash of a certificate */
export function challengeOf(failure: VapiError, request: FastifyRequest): string | undefined {
  if (failure.status !== 401) return undefined;
  const sts = `${originOf(request)}/sts/STSService/vsphere.local`;
  return `Basic realm="VAPI endpoint",SIGN service="VAPI endpoint",sts="${sts}"`;
}

/** The privilege of an operation is looked for at the root; operations on entities look at those themselves. */
function authorize(session: Session | undefined, privilege: string | undefined, vc: Vcenter): void {
  if (!session) throw unauthenticated();
  if (privilege !== undefined) vc.authorization.require(session.user.username, privilege, rootFolderRef);
}

/**
 * Parameters and body are the operation's own.
 * @returns a parameter that is not; `/rest` is assumed to pass it by
 * @throws INVALID_ARGUMENT
 */
function checkInput(
  { query: declared = [], action, body: spec }: Operation,
  { query, queryRoot }: Asked,
  body: JsonObject,
  apiVersion: string,
): string | undefined {
  const known = declared
    .map((one) => one.split('@'))
    .filter(([, since]) => since === undefined || compareVersions(since, apiVersion) <= 0)
    .map(([name = '']) => name);
  const unknown = query.unknown(action === undefined ? known : ['action', ...known]);
  if (unknown !== undefined && queryRoot === 'api') throw unsupportedProperty(unknown);
  if (spec && !fits(body, spec.members)) throw invalidInput(spec.of);
  return unknown;
}

function fits(body: JsonObject, members: Members): boolean {
  return Object.entries(body).every(([name, value]) => {
    const its = Object.hasOwn(members, name) ? members[name] : undefined;
    if (its === undefined || its === true || !isJsonObject(value)) return its !== undefined;
    return fits(value, its);
  });
}

function failureOf(vc: Vcenter, error: unknown, cause: number): VapiError {
  const known = asVapiError(error);
  const failure = known ?? new VapiError('ERROR', 'com.vmware.vapi.endpoint.failedToInvoke', messageOf(error));
  vc.runtime.journal.record({
    plane: 'vcenter',
    event: known ? 'vcenter.rest.error' : 'vcenter.internal',
    level: known ? 'warn' : 'error',
    text: `answered ${failure.type}: ${failure.message}`,
    data: { error: failure.type, message: failure.message },
    cause,
  });
  return failure;
}

/** Method and path; never the query, which may carry names. */
export function titleOf(request: FastifyRequest): string {
  const [path = ''] = request.url.split('?', 1);
  return `${request.method} ${path.slice(0, 200)}`;
}

export function record(vc: Vcenter, request: FastifyRequest, event: string, text: string): void {
  vc.runtime.journal.record({ plane: 'vcenter', event, level: 'warn', text, link: linkOf(request) });
}

function linkOf({ raw: { socket } }: FastifyRequest): string {
  return connectionKey(
    { address: socket.remoteAddress ?? '', port: socket.remotePort },
    { address: socket.localAddress, port: socket.localPort },
  );
}
