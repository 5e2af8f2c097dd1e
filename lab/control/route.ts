import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { ErrorCode, Journal } from '../../core/index.ts';
import type { Lab } from '../lab.ts';
import type { Metrics } from './metrics.ts';

/** What the routes share. */
export interface ControlContext {
  readonly lab: Lab;
  /** `http://host:port` */
  readonly url: string;
  readonly journal: Journal;
  readonly metrics: Metrics;
  /** Where the ready line is kept; undefined before the lab is ready, and where nobody keeps one. */
  readonly readyFile: string | undefined;
  /** True from the moment the world is loaded and every port accepts. */
  readonly isReady: boolean;
  /** Whether requests have to show a token. */
  readonly hasToken: boolean;
  /** True while steps run; set by who runs them. */
  isStepping: boolean;
  /** True while a scenario runs in a lab of its own; set by who runs it. */
  isRunning: boolean;
  /** Those that follow the timeline. */
  readonly streams: Set<Readable>;
  /** Fires when the control API stops. */
  readonly stopping: AbortSignal;
}

/** An answer that is not JSON. */
export interface OtherAnswer {
  readonly contentType: string;
  readonly about: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a request brings, checked. */
export interface Input<Params = unknown, Query = unknown, Body = unknown> {
  params: Params;
  query: Query;
  body: Body;
  /** Of an event stream that goes on where another one ended. */
  lastEventId: string | undefined;
}

/**
 * A route of the control API. Validation, the OpenAPI document and docs/control-api.md are derived from this declaration; routes
 * are listed in routes/index.ts.
 */
export interface Route<Params = unknown, Query = unknown, Body = unknown, Answer = unknown> {
  method: Method;
  /** As OpenAPI writes it: `/faults/{id}`. */
  path: string;
  group: string;
  /** One line. */
  summary: string;
  /** More than a line, where it is needed. */
  about?: string;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** Other forms of the body: text, handed over as a string. */
  bodyTypes?: readonly string[];
  /** The JSON of the answer, something else, or nothing (status 204). */
  answer: z.ZodType<Answer> | OtherAnswer | undefined;
  /** Of an answer that went well; 200, or 204 without an answer. */
  status?: 200 | 201;
  /** The codes with which it refuses, beyond those that all routes have. */
  refusals?: readonly ErrorCode[];
  /** Answers without a token. */
  isOpen?: boolean;
  /** Answers before the lab is ready. */
  isEarly?: boolean;
  /** The arguments of curl behind `curl -fsS`, for the documentation; `$URL` is the control API. */
  example?: string;
  run(
    context: ControlContext,
    input: Input<Params, Query, Body>,
  ): Answer | string | Readable | Promise<Answer | string>;
}

/** Keeps the types of a route's parts while the list of all routes forgets them. */
export function defineRoute<Params, Query, Body, Answer>(route: Route<Params, Query, Body, Answer>): Route {
  return route as unknown as Route;
}

/** Whether an answer is JSON. */
export function isSchema(answer: Route['answer']): answer is z.ZodType {
  return answer !== undefined && !('contentType' in answer);
}

/** The status of an answer that went well. */
export function statusOf({ status, answer }: Route): number {
  return status ?? (answer === undefined ? 204 : 200);
}
