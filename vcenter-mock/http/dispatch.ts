import { type FaultHit, KeyrigError, messageOf } from '../../core/index.ts';
import { authorizeCall } from '../authorization/authorize-call.ts';
import type { ManagedObject } from '../inventory/store.ts';
import type { ImplementationTable } from '../objects/implementation-table.ts';
import { readPath, topLevel } from '../property-collector/property-path.ts';
import type { Call, HttpContext, Vcenter } from '../vcenter.ts';
import { decodeFields } from '../vim/kernel/decode.ts';
import { type EncodeContext, encodeAnyValue, encodeValue } from '../vim/kernel/encode.ts';
import { fault, invalidArgument, scriptedFault, systemError, VimFault } from '../vim/kernel/fault.ts';
import { methodOf, parseType, type TypeUse } from '../vim/kernel/registry.ts';
import { type Data, type Ref, refKey } from '../vim/kernel/values.ts';
import { isKnown, negotiate } from '../vim/kernel/version.ts';
import { XmlError } from '../vim/kernel/xml.ts';
import { LazySignal } from './lazy-signal.ts';
import { recordAnswered } from './request-faults.ts';
import { mayUse, type Session, seenBy } from './sessions.ts';
import { faultEnvelope, namespaces, parseEnvelope, responseEnvelope, type SoapRequest } from './soap.ts';

/** An HTTP request to a SOAP endpoint. */
export interface SoapInput {
  readonly body: string;
  /** False when the body was not UTF-8. */
  readonly isText: boolean;
  readonly soapAction?: string;
  /** Value of the session cookie. */
  readonly cookie?: string;
  readonly dialect: 'vim25' | 'pbm';
  readonly http: HttpContext;
  /** `connectionKey` of the TCP connection. */
  readonly connection: string;
  /** Fires when the client is gone or the server stops. */
  readonly signal: LazySignal;
}

/** What goes back: an answer, or the end of the connection when a fault rule says so. */
export type SoapOutput =
  | { readonly status: number; readonly body: string; readonly contentType?: string }
  | { readonly end: 'reset' | 'close' };

/** Calls that only read the state are journalled as detail. */
const reads =
  /^(Fetch|Retrieve|Query|Find|WaitFor|CheckFor|Continue|Cancel|Create(Filter|PropertyCollector|ContainerView|ListView)|Destroy(PropertyFilter|PropertyCollector|View|Collector)|ResetListView|SetCollector|CurrentTime|SessionIsActive|Read|Get|List|Pbm(Query|Retrieve|Fetch))/;

const readMethods = new Map<string, boolean>();

/** Names come from clients: only so many answers are kept. */
function isRead(method: string): boolean {
  let answer = readMethods.get(method);
  if (answer === undefined) {
    answer = reads.test(method);
    if (readMethods.size < 1_000 && method.length < 100) readMethods.set(method, answer);
  }
  return answer;
}

/** What a method's parameters are told from `_this`. */
const paramTypes = new WeakMap<object, ReadonlyMap<string, TypeUse>>();

function paramsOf(params: Readonly<Record<string, string>>): ReadonlyMap<string, TypeUse> {
  let types = paramTypes.get(params);
  if (!types) {
    types = new Map(Object.entries(params).map(([name, text]) => [name, parseType(text)]));
    paramTypes.set(params, types);
  }
  return types;
}

const fetchParams = { prop: 'string' };

/** What the journal says of a call; the text names method and object. */
interface CallDescription {
  readonly text: string;
  readonly data: {
    readonly method: string;
    readonly type: string;
    readonly object: string;
    readonly user: string | undefined;
    readonly version: string;
    readonly userAgent: string;
    readonly operationId: string | undefined;
  };
}

/** Descriptions that are kept for a session at most, and the longest. */
const maxDescribed = 100;
const longestDescription = 500;

/** Things of one request that are told of at most: there may be a million that are not known. */
const maxUnknown = 20;

/** Runs SOAP calls against a vCenter: one function from request text to answer text. */
export class Dispatcher {
  readonly #vc: Vcenter;
  readonly #implementations: ImplementationTable;
  readonly #described = new WeakMap<Session, Map<string, CallDescription>>();

  constructor(vc: Vcenter, implementations: ImplementationTable) {
    this.#vc = vc;
    this.#implementations = implementations;
  }

  async answer(input: SoapInput): Promise<SoapOutput> {
    const vc = this.#vc;
    const context: EncodeContext = {
      version: negotiate(input.soapAction, vc.profile.apiVersion),
      dialect: input.dialect,
    };
    let request: SoapRequest;
    try {
      if (!input.isText) throw new XmlError('the body is not UTF-8');
      request = parseEnvelope(input.body, vc.assumed);
      // govmomi writes the signed form of this one call without its namespace, and a real vCenter takes it. reported by users
      const isBare = request.ns === '' && request.method === 'LoginByToken' && input.dialect === 'vim25';
      if (!namespaces[input.dialect].includes(request.ns) && !isBare) {
        throw new XmlError(`the namespace "${request.ns.slice(0, 100)}" is not served here`);
      }
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      vc.runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.request.refused',
        level: 'warn',
        text: `refused a request from ${input.http.remoteAddress}: ${error.message}`,
        link: input.connection,
      });
      return {
        status: 500,
        body: faultEnvelope(fault('InvalidRequest', `${vc.assumed.invalidRequest}: ${error.message}`), context),
      };
    }
    const session = vc.sessions.find(input.dialect === 'pbm' ? (request.sessionHeader ?? input.cookie) : input.cookie);
    const release = session && vc.sessions.hold(session);
    const done = waits(request.method) ? undefined : vc.work.begin(request.method);
    const object = mayUse(session, request.target) ? vc.store.find(request.target) : undefined;
    const entry = vc.runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.call',
      level: isRead(request.method) ? 'debug' : 'info',
      ...this.#describe(request, object, session, context.version, input.http.userAgent),
      link: input.connection,
    });
    const { messages } = vc.runtime.journal;
    messages?.keep(entry.seq, 'request', 'xml', input.body);
    try {
      const hit = this.#consultFaults(request, object, session, entry.seq);
      if (hit?.delay) await vc.runtime.clock.sleep(hit.delay, input.signal.value);
      if (hit?.then.vim) throw scriptedFault(hit.then.vim);
      if (hit?.then.http) {
        const { status, body = '', contentType = 'text/plain' } = hit.then.http;
        recordAnswered(vc, `${request.method} answered ${status}`, hit);
        return { status, body, contentType };
      }
      if (hit?.then.reset) return { end: 'reset' };
      if (hit?.then.close) return { end: 'close' };
      if (hit?.then.hang) {
        // Nothing comes of it any more.
        done?.();
        await aborted(input.signal.value);
        return { end: 'close' };
      }
      if (!object && !session) throw this.#notAuthenticated(request.target);
      if (!object || isPbm(object) !== (input.dialect === 'pbm')) {
        throw fault('ManagedObjectNotFound', vc.assumed.objectNotFound, { obj: request.target });
      }
      const body = await this.#call(request, object, session, context, input, hit?.entry.seq ?? entry.seq);
      messages?.keep(entry.seq, 'answer', 'xml', body);
      return { status: 200, body };
    } catch (error) {
      const failure = this.#faultOf(error, entry.seq);
      vc.runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.call.fault',
        level: failure.fault._type === 'RequestCanceled' ? 'debug' : 'warn',
        text: `${request.method} answered ${failure.fault._type}: ${failure.message}`,
        data: { method: request.method, fault: failure.fault._type, message: failure.message },
        cause: entry.seq,
      });
      const body = faultEnvelope(failure, context);
      messages?.keep(entry.seq, 'answer', 'xml', body);
      return { status: 500, body };
    } finally {
      done?.();
      release?.();
    }
  }

  /** What the journal says of a call. Calls of a session that repeat, such as polls, share it: the journal keeps many. */
  #describe(
    request: SoapRequest,
    object: ManagedObject | undefined,
    session: Session | undefined,
    version: string,
    userAgent: string,
  ): CallDescription {
    const { method, target, operationId } = request;
    const text = `${method} on ${nameOf(object, request)}`;
    const described = session && operationId === undefined ? this.#describedBy(session) : undefined;
    const key = `${method} ${refKey(target)}`;
    const before = described?.get(key);
    if (before?.text === text && before.data.version === version && before.data.userAgent === userAgent) return before;
    const user = session?.user.username;
    const data = { method, type: target.type, object: target.value, user, version, userAgent, operationId };
    const description = { text, data };
    if (described && key.length <= longestDescription && (before || described.size < maxDescribed))
      described.set(key, description);
    return description;
  }

  #describedBy(session: Session): Map<string, CallDescription> {
    let described = this.#described.get(session);
    if (!described) {
      described = new Map();
      this.#described.set(session, described);
    }
    return described;
  }

  #consultFaults(
    request: SoapRequest,
    object: ManagedObject | undefined,
    session: Session | undefined,
    cause: number,
  ): FaultHit | undefined {
    const { faults } = this.#vc.runtime;
    if (!faults.concerns('vcenter.method')) return undefined;
    const subject = {
      method: request.method,
      type: request.target.type,
      object: request.target.value,
      name: object && String(object.read('name') ?? ''),
      user: session?.user.username,
    };
    return faults.consult('vcenter.method', subject, cause);
  }

  #faultOf(error: unknown, cause: number): VimFault {
    if (error instanceof VimFault) return error;
    if (error instanceof KeyrigError && error.code === 'ERR_ABORTED') {
      return fault('RequestCanceled', this.#vc.assumed.requestCanceled);
    }
    // Not a vSphere condition but a defect or a stop: say so where the lab's user looks.
    this.#vc.runtime.journal.record({
      plane: 'vcenter',
      event: 'vcenter.internal',
      level: 'error',
      text: messageOf(error),
      cause,
    });
    return systemError(messageOf(error));
  }

  async #call(
    request: SoapRequest,
    object: ManagedObject,
    session: Session | undefined,
    context: EncodeContext,
    input: SoapInput,
    cause: number,
  ): Promise<string> {
    const vc = this.#vc;
    const { method } = request;
    const isFetch = method === 'Fetch' && context.dialect === 'vim25';
    const declaration = methodOf(object.type, method);
    // PBM counts its versions on a scale of its own.
    const version = context.dialect === 'pbm' ? vc.profile.apiVersion : context.version;
    const known = declaration && isKnown(declaration.since, version);
    if (!isFetch && !known) {
      recordUnknown(vc, cause, object, method, 'is not a method of this vCenter');
      throw fault('MethodNotFound', vc.assumed.methodNotFound(refKey(object.ref), method), {
        receiver: object.ref,
        method,
      });
    }
    const params = this.#params(request, isFetch ? fetchParams : declaration!.params, version, cause);
    const privilege = isFetch
      ? vc.authorization.propertyPrivilege(object.type, topLevel(String(params.prop)))
      : declaration!.privilege;
    if (session) authorizeCall(vc.authorization, session, { object, method, privilege, params });
    else if (!this.#isAnonymous(object, method, privilege, params)) throw this.#notAuthenticated(object.ref);
    const user = session?.user.username ?? '';
    const signal = session
      ? new LazySignal(() => AbortSignal.any([input.signal.value, session.ended.signal]))
      : input.signal;
    const call: Call = {
      vc,
      method,
      object,
      session,
      user,
      cause,
      version: context.version,
      get signal() {
        return signal.value;
      },
      http: input.http,
      require: (needed, target) => vc.authorization.require(user, needed, target),
    };
    if (isFetch) {
      // Undocumented; pyVmomi reads every property with it. An unset property gives no returnval (unverified).
      const value = readPath(seenBy(session, object, vc.authorization), String(params.prop), {
        assumed: vc.assumed,
        version,
      });
      return responseEnvelope(method, request.ns, encodeAnyValue('returnval', value, context), context);
    }
    const implementation = this.#implementations.method(object.type, method);
    if (!implementation) throw notImplemented(vc, cause, object, method);
    const result = await implementation(object, params, call);
    const type = declaration!.result;
    return responseEnvelope(
      method,
      request.ns,
      type === 'void' ? '' : encodeValue('returnval', type, result, context),
      context,
    );
  }

  #params(
    request: SoapRequest,
    declared: Readonly<Record<string, string>>,
    version: string,
    cause: number,
  ): Record<string, unknown> {
    const types = paramsOf(declared);
    const told = new Set<string>();
    const unknown = (what: string) => {
      if (told.size >= maxUnknown || told.has(what)) return;
      told.add(what);
      this.#vc.runtime.journal.record({
        plane: 'vcenter',
        event: 'vcenter.unknown',
        level: 'warn',
        text: `${request.method}: ${what} is not known and was ignored`,
        data: { method: request.method, what },
        cause,
      });
    };
    const params = decodeFields(undefined, types, request.element, '', { version, unknown });
    for (const [name, type] of types) {
      if (params[name] !== undefined || type.optional || !isKnown(type.since, version)) continue;
      // An empty array is written as no element at all.
      if (type.array) params[name] = [];
      else {
        throw invalidArgument(name);
      }
    }
    return params;
  }

  /** The few calls that need no login (vcenter.md 4.2): of properties only the service instance's content can be read, and nothing beyond it. */
  #isAnonymous(object: ManagedObject, method: string, privilege: string, params: Record<string, unknown>): boolean {
    if (privilege !== 'System.Anonymous') return false;
    if (method === 'Fetch') return object.type === 'ServiceInstance';
    if (method !== 'RetrieveProperties' && method !== 'RetrievePropertiesEx') return true;
    const needsNone = (path: string) =>
      this.#vc.authorization.propertyPrivilege('ServiceInstance', topLevel(path)) === 'System.Anonymous';
    return ((params.specSet ?? []) as Data<'PropertyFilterSpec'>[]).every(
      ({ objectSet = [], propSet = [] }) =>
        objectSet.every(({ obj, selectSet = [] }) => obj.type === 'ServiceInstance' && selectSet.length === 0) &&
        propSet.every(({ all, pathSet = [] }) => !all && pathSet.every(needsNone)),
    );
  }

  #notAuthenticated(object: Ref): VimFault {
    return fault('NotAuthenticated', this.#vc.assumed.notAuthenticated, { object, privilegeId: 'System.View' });
  }
}

/** Calls that last until something changes. */
function waits(method: string): boolean {
  return method === 'WaitForUpdates' || method === 'WaitForUpdatesEx';
}

function isPbm(object: ManagedObject): boolean {
  return object.type.startsWith('Pbm');
}

function nameOf(object: ManagedObject | undefined, request: SoapRequest): string {
  const name = object?.read('name');
  const key = refKey(request.target);
  return typeof name === 'string' ? `${name} (${key})` : key;
}

function notImplemented(vc: Vcenter, cause: number, object: ManagedObject, method: string): VimFault {
  recordUnknown(vc, cause, object, method, 'is not simulated');
  return fault('NotImplemented', vc.assumed.notImplemented);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function recordUnknown(
  { runtime }: Vcenter,
  cause: number,
  { type }: ManagedObject,
  method: string,
  why: string,
): void {
  runtime.journal.record({
    plane: 'vcenter',
    event: 'vcenter.unknown',
    level: 'warn',
    text: `${type}.${method} ${why}`,
    data: { method, type },
    cause,
  });
}
