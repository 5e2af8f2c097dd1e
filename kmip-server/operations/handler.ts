import type { Item, OperationDefinition, ProtocolVersion, StructureItem } from '../../kmip/index.ts';
import type { OperationContext } from '../messages/operation-context.ts';
import type { ReadableObjects } from '../store/object-layer.ts';

/** What an operation did: the typed response, and a line for the journal (never key material). */
export interface Outcome<Response> {
  response: Response;
  text: string;
}

/** A request whose slow part is done, ready to run at one go. */
export interface PreparedRequest {
  /** Executes and encodes the response payload. Throws KmipError for every refusal. May be called more than once. */
  run(context: OperationContext): { payload: StructureItem; text: string };
}

/** One operation as the server runs it, its payload types hidden. */
export interface OperationHandler {
  readonly operation: number;
  readonly since: OperationDefinition<unknown, unknown>['since'];
  /**
   * Decodes the request payload; a promise only where something slow is done ahead. Throws KmipError.
   * @param objects as they are now; they may change before the request is run
   */
  prepare(
    payload: Item | undefined,
    version: ProtocolVersion,
    objects: ReadableObjects,
  ): PreparedRequest | Promise<PreparedRequest>;
}

/** Joins an operation's declaration with what the server does for it. */
export function handle<Request, Response>(
  definition: OperationDefinition<Request, Response>,
  execute: (request: Request, context: OperationContext) => Outcome<Response>,
): OperationHandler {
  return {
    operation: definition.operation,
    since: definition.since,
    prepare(payload, version) {
      const request = definition.request.decode(payload, version);
      return prepared(definition, (context) => execute(request, context));
    },
  };
}

/**
 * As {@link handle}, for an operation that does something slow ahead, such as making an RSA key, which must not stand in the
 * way of other requests. `ahead` sees the objects as they are before the request's turn; what it made may no longer fit then.
 */
export function handleAhead<Request, Response, Ahead>(
  definition: OperationDefinition<Request, Response>,
  ahead: (request: Request, objects: ReadableObjects) => Promise<Ahead>,
  execute: (request: Request, context: OperationContext, ahead: Ahead) => Outcome<Response>,
): OperationHandler {
  return {
    operation: definition.operation,
    since: definition.since,
    async prepare(payload, version, objects) {
      const request = definition.request.decode(payload, version);
      const made = await ahead(request, objects);
      return prepared(definition, (context) => execute(request, context, made));
    },
  };
}

function prepared<Request, Response>(
  definition: OperationDefinition<Request, Response>,
  execute: (context: OperationContext) => Outcome<Response>,
): PreparedRequest {
  return {
    run(context) {
      const { response, text } = execute(context);
      return { payload: definition.response.encode(response, context.version), text };
    },
  };
}
