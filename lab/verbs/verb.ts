import type { z } from 'zod';
import type { JsonObject } from '../../core/index.ts';
import type { LabClients } from '../clients/index.ts';
import type { Lab } from '../lab.ts';

/** What a verb acts through: the clients a user would have, and the lab's levers for what happens outside the user's reach. */
export interface StepContext {
  lab: Lab;
  clients: LabClients;
  /** Lets time pass (ms of the lab's clock). */
  pass(ms: number): Promise<void>;
}

/** A verb of the scenario language: one file each, listed in index.ts. */
export interface Verb<Input = unknown> {
  /** `plane.action` */
  name: string;
  /** One line for the schema, the documentation and the editor. */
  summary: string;
  with: z.ZodType<Input>;
  /** What is expected of the members that the step's own expectation does not speak of. */
  expects?: JsonObject;
  /** On a manual clock time stands still while it works: what it waits for is no part of the lab. */
  holdsClock?: boolean;
  /**
   * Acts, and returns what `expect` and `capture` look at. A refusal that a user would see is part of the result, as a member
   * `fault`; a step whose expectation does not speak of `fault` fails on it.
   */
  run(context: StepContext, input: Input): Promise<JsonObject>;
}

/** Keeps a verb's input type while the list of all verbs forgets it. */
export function defineVerb<Input>(verb: Verb<Input>): Verb {
  return verb as unknown as Verb;
}
