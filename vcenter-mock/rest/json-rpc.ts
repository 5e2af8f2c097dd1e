import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isJsonObject, type Json, type JsonObject } from '../../core/index.ts';
import type { Session } from '../http/sessions.ts';
import type { Vcenter } from '../vcenter.ts';
import { dataValue, errorValue, plainValue } from './data-values.ts';
import { invalidInput, VapiError } from './errors.ts';
import type { Operation, Proof } from './operation.ts';
import { challengeOf, perform, record } from './perform.ts';
import { Query } from './query.ts';
import type { Router } from './router.ts';
import { sessionOf } from './session.ts';

/** JSON-RPC 2.0, section 5.1. */
const protocolErrors = {
  parse: { code: -32700, message: 'Parse error.' },
  request: { code: -32600, message: 'Invalid Request.' },
  method: { code: -32601, message: 'Method not found.' },
  params: { code: -32602, message: 'Invalid params.' },
} as const;

/** What a client asks for, as the protocol has it. */
interface Invocation {
  readonly service: string;
  readonly operation: string;
  readonly input: JsonObject;
  readonly security: JsonObject;
}

/**
 * `POST /api`: vAPI's JSON-RPC protocol, which VMware's SDKs for Python and Java and PowerCLI speak instead of REST. The operations
 * are those of REST. observed (VMware's own Python runtime): the protocol, its data values and its security contexts
 */
export function serveJsonRpc(app: FastifyInstance, vc: Vcenter, router: Router): void {
  app.post('/api', async (request, reply) => {
    reply.header('content-type', 'application/json');
    const message = parsed(request.body);
    if (message === undefined) return reply.send(refusal(null, 'parse'));
    if (!isJsonObject(message) || message.jsonrpc !== '2.0') return reply.send(refusal(null, 'request'));
    const { method, params } = message;
    const id = typeof message.id === 'string' || typeof message.id === 'number' ? message.id : null;
    if (method !== 'invoke') return reply.send(refusal(id, 'method'));
    const invocation = invocationOf(params);
    if (!invocation) return reply.send(refusal(id, 'params'));
    const result = await invoke(vc, router, invocation, request, reply);
    return reply.send(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}

function refusal(id: string | number | null, error: keyof typeof protocolErrors): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error: protocolErrors[error] });
}

function parsed(text: unknown): Json | undefined {
  try {
    return JSON.parse(String(text)) as Json;
  } catch {
    return undefined;
  }
}

function invocationOf(params: Json | undefined): Invocation | undefined {
  if (!isJsonObject(params)) return undefined;
  const { serviceId: service, operationId: operation, ctx } = params;
  const input = inputOf(params.input ?? null);
  const security = isJsonObject(ctx) ? (ctx.securityCtx ?? {}) : {};
  if (typeof service !== 'string' || typeof operation !== 'string') return undefined;
  return isJsonObject(input) && isJsonObject(security) ? { service, operation, input, security } : undefined;
}

function inputOf(value: Json): Json | undefined {
  try {
    return plainValue(value);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The member `result` of the answer: an output or an error. */
async function invoke(
  vc: Vcenter,
  router: Router,
  invocation: Invocation,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { service, operation: name, input, security } = invocation;
  const operation = router.rpc(service, name);
  if (!operation?.rpc) {
    const full = `${service}.${name}`.slice(0, 200);
    record(vc, request, 'vcenter.unknown', `${full} is not served by this vCenter's REST API`);
    return failed(vc, unknownOperation(service, name, router.hasService(service)), request);
  }
  const parts = partsOf(operation, input);
  const outcome = await perform(vc, operation, {
    request,
    // Maps are lists of keys and values here, too.
    root: 'rest',
    method: operation.method,
    title: `${service} ${name}`,
    path: '/api',
    session: sessionIn(vc, security) ?? sessionOf(vc, request.headers),
    params: parts.params,
    query: new Query(parts.query.toString(), 'api'),
    queryRoot: 'api',
    kept: JSON.stringify(input),
    body: () => {
      if (!parts.fits) throw invalidInput(`${service}.${name}`);
      return parts.body;
    },
    authorization: undefined,
    proof: proofIn(security),
    headerOnly: true,
    header: (header, value) => void reply.header(header, value),
  });
  if (outcome.failure) return failed(vc, outcome.failure, request);
  const { result: type } = operation.rpc;
  return { output: type === undefined ? null : dataValue(outcome.result, type) };
}

function failed({ profile }: Vcenter, failure: VapiError, request: FastifyRequest): object {
  const value = failure.body('api', profile.apiVersion, challengeOf(failure, request));
  return {
    error: errorValue(value as Record<string, unknown>, `com.vmware.vapi.std.errors.${failure.type.toLowerCase()}`),
  };
}

/** observed for a service; for an operation id and text are assumed */
function unknownOperation(service: string, operation: string, isKnown: boolean): VapiError {
  const [shown, its] = [service.slice(0, 200), operation.slice(0, 200)];
  if (isKnown) {
    const text = `Cannot find method '${its}' in service '${shown}'.`;
    return new VapiError('OPERATION_NOT_FOUND', 'vapi.method.input.invalid.method', text, [its, shown]);
  }
  const text = `Cannot find service '${shown}'.`;
  return new VapiError('OPERATION_NOT_FOUND', 'vapi.method.input.invalid.interface', text, [shown]);
}

/** The members of an input: those that REST has in its path, in its query (a filter) and in its body (a spec). */
function partsOf(operation: Operation, input: JsonObject) {
  const params: Record<string, string> = {};
  const query = new URLSearchParams();
  let body: JsonObject = {};
  let fits = true;
  for (const [name, value] of Object.entries(input)) {
    if (operation.path.includes(`{${name}}`) && typeof value === 'string') params[name] = value;
    else if (name.startsWith('filter') && operation.query && isJsonObject(value)) {
      for (const [member, its] of Object.entries(value))
        for (const one of [its].flat()) query.append(member, String(one));
    } else if (name === 'spec' && operation.body && isJsonObject(value)) body = value;
    // What an operation does not look at in REST, it does not look at here.
    else fits &&= operation.method === 'POST' && !operation.body && !operation.anonymous;
  }
  const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return { params, query, body, fits: fits && names.every((name) => params[name] !== undefined) };
}

function sessionIn(vc: Vcenter, { schemeId, sessionId }: JsonObject): Session | undefined {
  const isSession = schemeId === 'com.vmware.vapi.std.security.session_id' && typeof sessionId === 'string';
  return isSession ? vc.sessions.find(sessionId, 'rest') : undefined;
}

/** Name and password, or a bearer token. Holder-of-key tokens, which sign the request, prove nothing here. */
function proofIn({ schemeId, userName, password, samlToken }: JsonObject): Proof | undefined {
  if (schemeId === 'com.vmware.vapi.std.security.user_pass') {
    const word = inputOf(password ?? null);
    return typeof userName === 'string' && typeof word === 'string'
      ? { username: userName, password: word }
      : undefined;
  }
  const isBearer = schemeId === 'com.vmware.vapi.std.security.saml_bearer_token' && typeof samlToken === 'string';
  return isBearer ? { samlToken } : undefined;
}
