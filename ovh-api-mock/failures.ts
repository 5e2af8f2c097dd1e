import { type JsonObject, nodeHttp } from '../core/index.ts';
import { type AssumedValues, fill } from './assumed.ts';

const { STATUS_CODES } = nodeHttp();

/**
 * An answer that refuses a call: a value that handlers return, written to the wire at the edge. Its body is the superset
 * of OVH's two generations of error bodies, so that every client finds the member it reads (spec 2.6; the union is assumed).
 */
export class ApiFailure {
  readonly status: number;
  /** `Client::Forbidden` and the like. */
  readonly class: string;
  readonly message: string;
  /** The older gateway's code, read by the Python client. */
  readonly errorCode: string | undefined;
  readonly details: JsonObject | undefined;

  constructor(
    status: number,
    message: string,
    more: { errorCode?: string; details?: JsonObject; class?: string } = {},
  ) {
    this.status = status;
    this.class = more.class ?? classOf(status);
    this.message = message;
    this.errorCode = more.errorCode;
    this.details = more.details;
  }

  /** The JSON body. */
  get body(): JsonObject {
    const { class: className, message, errorCode, details } = this;
    const httpCode = errorCode === undefined ? undefined : `${this.status} ${STATUS_CODES[this.status] ?? 'Error'}`;
    return { class: className, message, errorCode, httpCode, details };
  }
}

const classes: Record<number, string> = {
  400: 'Client::BadRequest',
  401: 'Client::Unauthorized',
  403: 'Client::Forbidden',
  404: 'Client::NotFound',
  409: 'Client::Conflict',
  501: 'Server::NotImplemented',
};

/** OVH's class grammar has few names (spec 2.6, documented); the nearest stands for the other statuses (assumed). */
function classOf(status: number): string {
  return classes[status] ?? (status >= 500 ? 'Server::InternalServerError' : 'Client::BadRequest');
}

// Reported by users (spec 2.6): statuses, codes and messages of the gateway.
export const mustLogin = new ApiFailure(401, 'You must login first');
export const invalidSignature = new ApiFailure(400, 'Invalid signature', { errorCode: 'INVALID_SIGNATURE' });
export const queryOutOfTime = new ApiFailure(400, 'Query out of time', { errorCode: 'QUERY_TIME_OUT' });
export const unknownCredential = new ApiFailure(403, 'This credential does not exist', { errorCode: 'NOT_CREDENTIAL' });
export const notGranted = new ApiFailure(403, 'This call has not been granted', { errorCode: 'NOT_GRANTED_CALL' });
export const expiredService = new ApiFailure(460, 'This Service is expired');
export const unknownService = new ApiFailure(404, 'This service does not exist');
/** Documented. */
export const invalidCredential = new ApiFailure(403, 'This credential is not valid', {
  errorCode: 'INVALID_CREDENTIAL',
});

/** The IAM policies do not allow the action (documented). */
export function iamDenied(action: string): ApiFailure {
  return new ApiFailure(403, 'User not granted for this request', {
    details: { unauthorizedActionsByAuthentication: '', unauthorizedActionsByIAM: action },
  });
}

/** The code is documented, the message assumed. */
export function unknownApplication(assumed: AssumedValues): ApiFailure {
  return new ApiFailure(403, assumed.unknownApplicationText, { errorCode: 'INVALID_KEY' });
}

/** 404 for an object of a service: `name` is the identifier's name, such as kmsId (wording assumed). */
export function objectNotFound(assumed: AssumedValues, name: string, id: number | string): ApiFailure {
  return new ApiFailure(404, fill(assumed.objectNotFoundText, { name, id }));
}

/** 409 (class documented, use and wording assumed). */
export function conflict(message: string): ApiFailure {
  return new ApiFailure(409, message);
}

/** 400 (wording assumed). */
export function badRequest(message: string): ApiFailure {
  return new ApiFailure(400, message);
}
