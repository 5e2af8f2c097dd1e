import type { ManagedObject, TypedObject } from '../../inventory/store.ts';
import type { Call, Vcenter } from '../../vcenter.ts';
import type { ManagedTypeName, MethodName, Params, Properties, Result } from './values.ts';

/** What a managed object type does: the methods it answers and the properties it computes. */
export interface Implementation<N extends ManagedTypeName> {
  readonly type: N;
  /** Typed by the declaration; a method that is missing here answers NotImplemented. */
  readonly methods: {
    [M in MethodName<N>]?: (
      object: TypedObject<N>,
      params: Params<N, M>,
      call: Call,
    ) => Result<N, M> | Promise<Result<N, M>>;
  };
  /** Properties that are computed when they are read. */
  readonly derive?: {
    readonly [K in keyof Properties<N>]?: (object: TypedObject<N>, vc: Vcenter) => Properties<N>[K];
  };
  /** What a method of the real server does and this one refuses or leaves out, in a few words; the reference page shows it. */
  readonly limits?: { readonly [M in MethodName<N>]?: string };
}

/** A method of any type, as the dispatcher calls it. */
export type AnyMethod = (object: ManagedObject, params: Record<string, unknown>, call: Call) => unknown;

/** An implementation of any type, as the dispatcher keeps it. */
export interface AnyImplementation {
  readonly type: string;
  readonly methods: Readonly<Record<string, AnyMethod>>;
  readonly derive?: Readonly<Record<string, (object: ManagedObject, vc: Vcenter) => unknown>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** Implements a managed object type; methods of its bases may be implemented here or in the base's own file. */
export function implement<N extends ManagedTypeName>(
  type: N,
  parts: Omit<Implementation<N>, 'type'>,
): AnyImplementation {
  // The dispatcher decodes parameters by the same declaration that types them here.
  return { type, ...parts } as unknown as AnyImplementation;
}
