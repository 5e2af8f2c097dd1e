import { type KmipVersion, type Operation, ResultReason, Tag } from '../registry/index.ts';
import type { Item, StructureItem } from '../ttlv/index.ts';
import { KmipError } from './errors.ts';
import { type CodecContext, type Fields, type FieldsValue, type StructureCodec, structure } from './kernel.ts';
import type { ProtocolVersion } from './version.ts';

export type PayloadDecodeOptions = Pick<CodecContext, 'unknownFields' | 'warn'>;

/** One direction of an operation. */
export interface PayloadCodec<T> {
  /**
   * @param payload the Request Payload or Response Payload item; undefined when the batch item has none
   * @throws KmipError Invalid Message (malformed, missing, duplicated) or Invalid Field (unknown at this version)
   */
  decode(payload: Item | undefined, version: ProtocolVersion, options?: PayloadDecodeOptions): T;
  /** Leaves out what `version` does not know. */
  encode(value: T, version: ProtocolVersion): StructureItem;
}

/** One operation: both payloads, and the version that introduced it. */
export interface OperationDefinition<Request, Response> {
  readonly operation: Operation;
  readonly since: KmipVersion;
  /** Where the specification defines it: in the version that introduced it; what 1.0 has is cited from 1.1. */
  readonly clause: string;
  readonly request: PayloadCodec<Request>;
  readonly response: PayloadCodec<Response>;
}

/** The typed request payload of an operation definition. */
export type RequestOf<D> = D extends OperationDefinition<infer Request, infer _> ? Request : never;
/** The typed response payload of an operation definition. */
export type ResponseOf<D> = D extends OperationDefinition<infer _, infer Response> ? Response : never;

/** What a payload needs of its structure. */
type PayloadStructure<T> = Pick<StructureCodec<T>, 'decode' | 'encode'>;

function payload<T>(tag: number, name: string, codec: PayloadStructure<T>): PayloadCodec<T> {
  return {
    decode(found, version, options) {
      if (found === undefined) throw new KmipError(ResultReason.InvalidMessage, `the batch item has no ${name}`);
      return codec.decode(found, { version, ...options });
    },
    encode: (value, version) => codec.encode(tag, value, { version }),
  };
}

/** A Response Payload that is not declared by fields. */
export function responsePayload<T>(codec: PayloadStructure<T>): PayloadCodec<T> {
  return payload(Tag.ResponsePayload, 'Response Payload', codec);
}

/** Declares an operation from the fields of its two payloads. */
export function defineOperation<Request extends Fields, Response extends Fields>(declaration: {
  operation: Operation;
  since: KmipVersion;
  clause: string;
  request: Request;
  response: Response;
}): OperationDefinition<FieldsValue<Request>, FieldsValue<Response>> {
  const { operation, since, clause } = declaration;
  return {
    operation,
    since,
    clause,
    request: payload(Tag.RequestPayload, 'Request Payload', structure(declaration.request)),
    response: responsePayload(structure(declaration.response)),
  };
}
