import type { Item, OperationDefinition, StructureItem } from '../../kmip/index.ts';
import type { OperationContext } from '../operation-context.ts';

/** What an operation did: the typed response, and a line for the journal (never key material). */
export interface Outcome<Response> {
  response: Response;
  text: string;
}

/** One operation as the server runs it, its payload types hidden. */
export interface OperationHandler {
  readonly operation: number;
  readonly since: OperationDefinition<unknown, unknown>['since'];
  /** Decodes the request payload, executes, encodes the response payload. Throws KmipError for every refusal. */
  run(payload: Item | undefined, context: OperationContext): { payload: StructureItem; text: string };
}

/** Joins an operation's declaration with what the server does for it. */
export function handle<Request, Response>(
  definition: OperationDefinition<Request, Response>,
  execute: (request: Request, context: OperationContext) => Outcome<Response>,
): OperationHandler {
  return {
    operation: definition.operation,
    since: definition.since,
    run(payload, context) {
      const request = definition.request.decode(payload, context.version);
      const { response, text } = execute(request, context);
      return { payload: definition.response.encode(response, context.version), text };
    },
  };
}
