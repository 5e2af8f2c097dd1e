import { sign } from './signature.js';

const base = `${location.origin}/1.0`;

/** Codes of errors that no other call of the same keys will be spared. */
const badKeys = ['INVALID_KEY', 'INVALID_SIGNATURE', 'NOT_CREDENTIAL', 'INVALID_CREDENTIAL'];

/** A call that the API refused, or that never reached it. */
export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer. */
  status;
  /** The older gateway's code, such as QUERY_TIME_OUT. */
  errorCode;
  /** X-OVH-QUERYID of the answer. */
  queryId;

  constructor(message, { status = 0, errorCode, queryId, cause } = {}) {
    super(message, { cause });
    this.status = status;
    this.errorCode = errorCode;
    this.queryId = queryId;
  }
}

/** OVHcloud's API, called as its own clients call it: signed with three keys, its time asked for first. */
export class Api {
  #keys;
  #onBadKeys;
  /** The API's time less this machine's, seconds. */
  #delta;

  /**
   * @param {{ applicationKey: string, applicationSecret: string, consumerKey: string }} keys the consumer key may be empty
   * @param {(error: ApiError) => void} onBadKeys is told when the API does not take the keys, beside the call that failed
   */
  constructor(keys, onBadKeys) {
    this.#keys = keys;
    this.#onBadKeys = onBadKeys;
  }

  /**
   * Calls the API. Throws {@link ApiError}.
   *
   * @param {'GET' | 'POST' | 'PUT' | 'DELETE'} method
   * @param {string} path below the base URL, encoded, with its query
   * @param {{ body?: object, headers?: Record<string, string> }} options
   * @returns {Promise<any>} the answer's JSON
   */
  async call(method, path, options) {
    return (await this.#send(method, path, options)).value;
  }

  /**
   * A page of the objects that a list holds, as the control panel asks for it: the newest first.
   *
   * @param {string} path
   * @param {{ number: number, size: number, sort: string }} page counted from 1
   * @returns {Promise<{ objects: object[], pages: number }>}
   */
  async page(path, { number, size, sort }) {
    const headers = {
      'X-Pagination-Mode': 'CachedObjectList-Pages',
      'X-Pagination-Number': String(number),
      'X-Pagination-Size': String(size),
      'X-Pagination-Sort': sort,
      'X-Pagination-Sort-Order': 'DESC',
    };
    const { value, response } = await this.#send('GET', path, { headers });
    return { objects: value, pages: Number(response.headers.get('x-pagination-total')) };
  }

  /** Asks for a consumer key that somebody has to grant at the validationUrl of the answer. */
  async requestCredential(accessRules, redirection) {
    return (await this.#fetch('POST', '/auth/credential', { body: JSON.stringify({ accessRules, redirection }) }))
      .value;
  }

  async #send(method, path, { body, headers } = {}) {
    const text = body === undefined ? '' : JSON.stringify(body);
    const attempt = async () =>
      this.#fetch(method, path, { body: text, headers: { ...headers, ...(await this.#signed(method, path, text)) } });
    try {
      return await attempt();
    } catch (error) {
      if (error.errorCode !== 'QUERY_TIME_OUT') throw error;
      // The clock of a lab may run faster than this one, or stand still.
      this.#delta = undefined;
      return attempt();
    }
  }

  async #signed(method, path, body) {
    this.#delta ??= (await this.#fetch('GET', '/auth/time', {})).value - seconds();
    const timestamp = seconds() + this.#delta;
    const call = { method, url: base + path, body, timestamp };
    return {
      'X-Ovh-Consumer': this.#keys.consumerKey,
      'X-Ovh-Timestamp': String(timestamp),
      'X-Ovh-Signature': await sign(this.#keys, call),
    };
  }

  async #fetch(method, path, { body, headers }) {
    const all = { 'X-Ovh-Application': this.#keys.applicationKey, ...headers };
    if (body) all['Content-Type'] = 'application/json';
    let response;
    try {
      response = await fetch(base + path, { method, headers: all, body: body || undefined, cache: 'no-store' });
    } catch (cause) {
      throw new ApiError('The API does not answer', { cause });
    }
    const queryId = response.headers.get('x-ovh-queryid') ?? undefined;
    const { status } = response;
    // Answers without content are null to OVHcloud's clients too.
    const value = await response.json().catch((cause) => {
      if (response.ok) return null;
      throw new ApiError(`The API answers ${status} without a message`, { status, queryId, cause });
    });
    if (response.ok) return { value, response };
    const error = new ApiError(value.message, { status, errorCode: value.errorCode, queryId });
    if (status === 401 || badKeys.includes(error.errorCode)) this.#onBadKeys(error);
    throw error;
  }
}

function seconds() {
  return Math.floor(Date.now() / 1000);
}
