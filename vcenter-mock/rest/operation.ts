import type { JsonObject } from '../../core/index.ts';
import type { Session } from '../http/sessions.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Root } from './errors.ts';
import type { Query } from './query.ts';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** What proves who a client is. */
export type Proof = { readonly username: string; readonly password: string } | { readonly samlToken: string };

/** An operation as vAPI itself names it, for clients of its JSON-RPC protocol. documented (the SDK's bindings) */
export interface Rpc {
  /** `com.vmware.vcenter.cluster` */
  readonly service: string;
  readonly operation: string;
  /** Type of the result, as data-values.ts writes types; default: none. */
  readonly result?: string;
}

/** One request on its way through an operation. */
export interface RestCall {
  readonly vc: Vcenter;
  readonly root: Root;
  /** As the client wrote them; the path without its query. */
  readonly method: string;
  readonly path: string;
  /** The session of the request; operations without `anonymous` always have one. */
  readonly session: Session | undefined;
  /** Who acts, for events. */
  readonly user: string;
  /** The path's parameters by name, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  /** The JSON body; an empty object when there is none. */
  readonly body: JsonObject;
  /** The body as it came. */
  readonly text: string;
  /** Value of the Authorization header. */
  readonly authorization: string | undefined;
  /** The same, when it came otherwise. */
  readonly proof?: Proof | undefined;
  /** The client wants no cookie: it sends vmware-use-header-authn, with any value. documented */
  readonly headerOnly: boolean;
  /** `https://vcenter:8443`, as the client wrote it. */
  readonly origin: string;
  readonly http: { readonly remoteAddress: string; readonly userAgent: string };
  /** `seq` of the request's journal entry: the cause of everything it does. */
  readonly cause: number;
  /** Sets a header of the answer. */
  header(name: string, value: string): void;
}

/** The members that a structure may have: `true` stands for a value. */
export interface Members {
  readonly [name: string]: true | Members;
}

/** An operation of the REST API: declared once, served in both families of paths unless it names one. */
export interface Operation {
  readonly method: Method;
  /** Below `/api` or `/rest`, with `{name}` for parameters. */
  readonly path: string;
  /** Value of `action` (`/api`) or `~action` (`/rest`). */
  readonly action?: string;
  /** The only family that has it; default: both. */
  readonly root?: Root;
  /** API version that introduced it. `/api` itself is of 7.0.2.0. documented */
  readonly since?: string;
  /**
   * Names of its query parameters, `name@version` for those that came later; in `/rest` they are members of a filter. Another is
   * refused in `/api`.
   */
  readonly query?: readonly string[];
  /** The body: what vCenter calls the operation when it refuses one (that form is observed), and the members that it may have. */
  readonly body?: { readonly of: string; readonly members: Members };
  readonly rpc?: Rpc;
  /** Privilege that the user must hold at the root. documented per operation */
  readonly privilege?: string;
  /** Works without a session. */
  readonly anonymous?: boolean;
  /** Status of success in `/api`: default 200, or 204 when there is no value. `/rest` has 200 alone. documented */
  readonly status?: number;
  run(call: RestCall): unknown;
}
