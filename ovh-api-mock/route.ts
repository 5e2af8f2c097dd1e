import { z } from 'zod';
import type { Principal } from './account/account.ts';
import type { Api } from './api.ts';
import type { Application, Credential } from './credentials.ts';
import { type ApiFailure, expiredService, unknownService } from './failures.ts';
import type { HttpMethod } from './models/auth.ts';
import { string } from './models/types.ts';
import type { Service } from './services.ts';

/** Where a route comes from: OVH's schema or guides, a real client, or a choice of ours. */
export type Provenance = 'documented' | 'observed' | 'assumed';

/** Who may call: anybody, an application by its key, or who proves by a signature or an access token who it is. */
export type Authentication = 'none' | 'application' | 'credential';

/** The status of an operation in OVH's schema files, unless it is PRODUCTION. Dates as ISO-8601 datetimes. */
export interface Deprecation {
  readonly deprecatedDate: string;
  readonly deletionDate?: string;
  /** The path to use instead. */
  readonly replacement?: string;
}

/** What a handler gets: checked parameters, the caller and the state. */
export interface Call<P = unknown, Q = unknown, B = unknown> {
  params: P;
  query: Q;
  body: B;
  api: Api;
  /** Set for the authentication `credential`, unless the call has an access token. */
  credential: Credential | undefined;
  /** Set unless the authentication is `none` or the call has an access token. */
  application: Application | undefined;
  /** Who the call acts as; set for the authentication `credential`. */
  principal: Principal | undefined;
  /** Whether IAM lets the caller use the route's action on a resource, given by its URN. */
  isAllowed(resource: string): boolean;
  /** Scheme and host that the client used, such as `https://127.0.0.1:8444`. */
  origin: string;
  /** `seq` of the journal entry of the request. */
  cause: number;
}

/** One route of the API, declared once: registration, checks, schema and ledger derive from it. */
export interface Route<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodObject = z.ZodObject,
  R extends z.ZodType = z.ZodType,
> {
  readonly method: HttpMethod;
  /** OVH's notation, relative to the base URL: `/dedicatedCloud/{serviceName}`. */
  readonly path: string;
  readonly about: string;
  readonly provenance: Provenance;
  readonly authentication: Authentication;
  /** Without the prefix `pccVMware:apiovh:`; absent on /auth. */
  readonly iamAction?: string;
  /** Absent: stable. */
  readonly deprecated?: Deprecation;
  /** What the fake does not do, or does differently, in one sentence; for the ledger. */
  readonly limits?: string;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly response: R;
  run(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Answer<z.output<R>>;
}

/** What a handler answers: a value of the response's type, or a failure. */
export type Answer<T> = T | ApiFailure | Promise<T | ApiFailure>;

const nothing = z.object({});

type Declaration<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodObject, R extends z.ZodType> = Omit<
  Route<P, Q, B, R>,
  'params' | 'query' | 'body'
> & { readonly params?: P; readonly query?: Q; readonly body?: B };

/** Declares a route. Parameters that are left out are not read. */
export function defineRoute<
  P extends z.ZodObject = typeof nothing,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodObject = typeof nothing,
  R extends z.ZodType = z.ZodType,
>(declaration: Declaration<P, Q, B, R>): Route<P, Q, B, R> {
  const {
    params = nothing as unknown as P,
    query = nothing as unknown as Q,
    body = nothing as unknown as B,
  } = declaration;
  return { ...declaration, params, query, body };
}

/** Declares a route below /dedicatedCloud/{serviceName}: its handler gets the service, unknown ones answer 404. */
export function defineServiceRoute<
  P extends z.ZodRawShape = Record<never, never>,
  Q extends z.ZodObject = typeof nothing,
  B extends z.ZodObject = typeof nothing,
  R extends z.ZodType = z.ZodType,
>(
  declaration: Omit<Declaration<z.ZodObject, Q, B, R>, 'params' | 'run' | 'authentication' | 'path'> & {
    /** Relative to /dedicatedCloud/{serviceName}. */
    readonly path: string;
    /** Parameters of the path besides serviceName. */
    readonly params?: P;
    /** Served although the service has expired. */
    readonly evenExpired?: true;
    run(call: Call<z.output<z.ZodObject<P>>, z.output<Q>, z.output<B>> & { service: Service }): Answer<z.output<R>>;
  },
): Route {
  const params = z.object({ ...declaration.params, serviceName: string });
  return defineRoute({
    ...declaration,
    authentication: 'credential',
    path: `/dedicatedCloud/{serviceName}${declaration.path}`,
    params,
    run(call) {
      const service = call.api.services.get(String(call.params.serviceName));
      if (!service) return unknownService;
      if (!declaration.evenExpired && call.api.assumed.unusableStatuses.includes(service.status)) return expiredService;
      type Checked = Call<z.output<z.ZodObject<P>>, z.output<Q>, z.output<B>>;
      return declaration.run({ ...(call as unknown as Checked), service });
    },
  });
}

/** The route that answers one object of the list that a route answers: a segment further down, for its id. */
export function objectRoute(routes: readonly Route[], list: Route): Route | undefined {
  const isBelow = (path: string) => path.startsWith(`${list.path}/{`) && !path.includes('/', list.path.length + 1);
  return routes.find(({ method, path }) => method === 'GET' && isBelow(path));
}
