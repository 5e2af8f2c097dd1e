import { VimFault } from '../vim/kernel/fault.ts';
import { compareVersions } from '../vim/kernel/version.ts';

/** Standard vAPI errors and the HTTP status they come with. documented (com.vmware.vapi.std.errors) */
const statuses = {
  ALREADY_EXISTS: 400,
  ERROR: 500,
  INVALID_ARGUMENT: 400,
  NOT_ALLOWED_IN_CURRENT_STATE: 400,
  NOT_FOUND: 404,
  OPERATION_NOT_FOUND: 404,
  /** The status is assumed. */
  UNABLE_TO_ALLOCATE_RESOURCE: 500,
  UNAUTHENTICATED: 401,
  UNAUTHORIZED: 403,
  UNSUPPORTED: 400,
} as const;

export type VapiErrorType = keyof typeof statuses;

/** vAPI LocalizableMessage. */
export interface VapiMessage {
  readonly id: string;
  readonly default_message: string;
  readonly args: readonly string[];
}

/** The two families of paths: `/api` answers plain values, `/rest` wraps them. documented */
export type Root = 'api' | 'rest';

/** The family that a URL is of. */
export function restRootOf(url: string): Root | undefined {
  return /^\/(api|rest)(?=[/?]|$)/.exec(url)?.[1] as Root | undefined;
}

/** A standard error of a vAPI operation. */
export class VapiError extends Error {
  readonly type: VapiErrorType;
  readonly messages: readonly VapiMessage[];

  constructor(type: VapiErrorType, id: string, text: string, args: readonly string[] = []) {
    super(text);
    this.name = 'VapiError';
    this.type = type;
    this.messages = [{ id, default_message: text, args }];
  }

  get status(): number {
    return statuses[this.type];
  }

  /**
   * The body in the style of a family. observed (`/rest`: recorded answers of 6.5 to 7.0; `/api`: 7.0.2 and later)
   * @param apiVersion of the vCenter: the type within the value came with 7.0 (observed), the challenge too (documented)
   * @param challenge how a client can prove who it is
   */
  body(root: Root, apiVersion: string, challenge?: string): object {
    const { type, messages } = this;
    const value = compareVersions(apiVersion, '7.0') < 0 ? { messages } : { error_type: type, messages, challenge };
    return root === 'api' ? value : { type: `com.vmware.vapi.std.errors.${type.toLowerCase()}`, value };
  }
}

/** No valid session. observed text */
export function unauthenticated(): VapiError {
  return new VapiError(
    'UNAUTHENTICATED',
    'com.vmware.vapi.endpoint.method.authentication.required',
    'Authentication required.',
  );
}

/** Ids of messages about arguments are assumed. */
export function invalidArgument(text: string, args: readonly string[] = []): VapiError {
  return new VapiError('INVALID_ARGUMENT', 'com.vmware.vapi.std.errors.invalid_argument', text, args);
}

/** A parameter that the operation does not have. observed (`/api`) */
export function unsupportedProperty(name: string): VapiError {
  const shown = name.slice(0, 100);
  const text = `Unsupported property with name: ${shown}.`;
  return new VapiError('INVALID_ARGUMENT', 'com.vmware.vapi.rest.unsupportedProperty', text, [shown]);
}

/** A body that is not the operation's. observed text and id; which of its names an operation has there is assumed */
export function invalidInput(method: string): VapiError {
  const text = `Invalid input for method: ${method}`;
  return new VapiError('INVALID_ARGUMENT', 'vapi.invoke.invalid.input', text, [method]);
}

/** No such path: each family has its own form. observed */
export function pathNotFoundBody(root: Root): object {
  const id = 'com.vmware.vapi.rest.httpNotFound';
  if (root === 'api') return { error_type: 'NOT_FOUND', messages: [{ args: [], default_message: 'Not found.', id }] };
  return { name: id, majorErrorCode: 404, localizableMessages: [{ id, defaultMessage: 'Not found.' }] };
}

/** What vim25 refuses, as vAPI says it; the ids are those of the vim25 message catalogue's form. observed form */
export function fromVimFault(error: VimFault): VapiError {
  const type = error.fault._type;
  const id = `vmsg.${type}.summary`;
  switch (type) {
    case 'NoPermission':
      return new VapiError('UNAUTHORIZED', id, error.message);
    case 'NotFound':
    case 'ManagedObjectNotFound':
      return new VapiError('NOT_FOUND', id, error.message);
    case 'InvalidArgument':
      return new VapiError('INVALID_ARGUMENT', id, error.message);
    case 'AlreadyExists':
    case 'DuplicateName':
      return new VapiError('ALREADY_EXISTS', id, error.message);
    case 'NotSupported':
      return new VapiError('UNSUPPORTED', id, error.message);
    default:
      return new VapiError('ERROR', id, error.message);
  }
}

/** Any failure of an operation as a vAPI error; undefined for what is none of vSphere's conditions. */
export function asVapiError(error: unknown): VapiError | undefined {
  if (error instanceof VapiError) return error;
  return error instanceof VimFault ? fromVimFault(error) : undefined;
}
