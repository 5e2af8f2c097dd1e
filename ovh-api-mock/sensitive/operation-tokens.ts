import { timingSafeEqual } from 'node:crypto';
import type { Runtime } from '../../core/index.ts';
import { type AssumedValues, fill } from '../assumed.ts';
import type { Inbox } from '../inbox.ts';
import { type Robot, TaskFailure } from '../robot.ts';
import type { Task } from '../tasks.ts';
import type { User } from '../users.ts';

/** What became of a token that somebody entered. */
export type TokenVerdict = 'confirmed' | 'wrong' | 'too many' | 'unknown';

/** An operation that waits for its token. */
interface Pending {
  readonly task: Task;
  /** The token of each validator. */
  readonly tokens: ReadonlyMap<User, string>;
  attempts: number;
  /** Undefined until the robot waits again after its task was restored. */
  confirm: (() => void) | undefined;
}

/** The operations that wait; the tokens by the id of the validator. */
export type SavedOperations = readonly {
  readonly taskId: number;
  readonly tokens: readonly (readonly [userId: number, token: string])[];
  readonly attempts: number;
}[];

/** What the tokens need from their surroundings. */
interface Parts {
  readonly runtime: Runtime;
  readonly assumed: AssumedValues;
  readonly inbox: Inbox;
  /** Whether a service has the option tokenValidation. */
  asksForTokens(serviceName: string): boolean;
  usersOf(serviceName: string): readonly User[];
}

/**
 * Operation tokens: on services with the option tokenValidation a sensitive operation waits until one of the token validators has entered, on the
 * service's page /secure/, the token that came by SMS; after a quarter of an hour its task is cancelled (documented, spec 5). Which
 * operations are sensitive, that the operation's id is the task's, and the limit of attempts are assumed.
 */
export class OperationTokens {
  readonly #parts: Parts;
  readonly #pending = new Map<number, Pending>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The robot, made to wait for a token first when its service asks for one and its operation is sensitive. */
  guard(serviceName: string, robot: Robot, cause: number): Robot {
    const { assumed } = this.#parts;
    const isSensitive = assumed.sensitiveRobots.includes(robot.name) && !robot.byItself;
    return isSensitive && this.#parts.asksForTokens(serviceName) ? this.guarded(robot, cause) : robot;
  }

  /** The robot, made to wait for a token first. */
  guarded(robot: Robot, cause: number): Robot {
    const { assumed } = this.#parts;
    return {
      ...robot,
      recipe: { ...robot.recipe, confirmedBy: 'token' },
      run: async (run) => {
        const { taskId } = run.task;
        try {
          const confirmed = () => new Promise<void>((resolve) => this.#expect(run.task, resolve, cause));
          const text = fill(assumed.tokenWaitText, { taskId });
          if (!(await run.waitFor(confirmed, assumed.tokenLifetimeMs, text)))
            throw new TaskFailure('canceled', assumed.tokenExpiredText);
        } finally {
          // Another task has this id once a saved state was restored.
          if (this.#pending.get(taskId)?.task === run.task) this.#pending.delete(taskId);
        }
        await robot.run(run);
      },
    };
  }

  /** The task of a service that waits for a token. */
  waiting(serviceName: string, taskId: number): Task | undefined {
    const task = this.#pending.get(taskId)?.task;
    return task?.serviceName === serviceName ? task : undefined;
  }

  /** Somebody enters the token of an operation. */
  enter(serviceName: string, taskId: number, token: string): TokenVerdict {
    const pending = this.waiting(serviceName, taskId) && this.#pending.get(taskId);
    if (!pending) return 'unknown';
    const { assumed, inbox } = this.#parts;
    const { task, tokens } = pending;
    if (pending.attempts >= assumed.tokenAttempts) return 'too many';
    pending.attempts++;
    const holder = [...tokens].find(([, expected]) => isSame(expected, token.trim()))?.[0];
    if (!holder) {
      this.#record('refused', 'warn', `a token that task ${taskId} does not have was entered`, task);
      return pending.attempts >= assumed.tokenAttempts ? 'too many' : 'wrong';
    }
    const seq = this.#record('confirmed', 'info', `${holder.name} confirmed task ${taskId} with a token`, task);
    this.#pending.delete(taskId);
    const text = fill(assumed.tokenConfirmedText, { taskId, operation: task.name });
    inbox.send({ kind: 'sms', to: phoneOf(holder), text }, `task ${taskId} is confirmed`, seq);
    pending.confirm?.();
    return 'confirmed';
  }

  save(): SavedOperations {
    return Array.from(this.#pending, ([taskId, { tokens, attempts }]) => ({
      taskId,
      tokens: Array.from(tokens, ([{ userId }, token]) => [userId, token] as const),
      attempts,
    }));
  }

  /** Before the tasks go on: their robots wait for the same tokens again. */
  restore(operations: SavedOperations, taskOf: (taskId: number) => Task): void {
    this.#pending.clear();
    for (const { taskId, tokens, attempts } of operations) {
      const task = taskOf(taskId);
      const users = this.#parts.usersOf(task.serviceName);
      const held = tokens.flatMap(([userId, token]) => {
        const user = users.find((candidate) => candidate.userId === userId);
        return user ? [[user, token] as const] : [];
      });
      this.#pending.set(taskId, { task, tokens: new Map(held), attempts, confirm: undefined });
    }
  }

  #expect(task: Task, confirm: () => void, cause: number): void {
    const pending = this.#pending.get(task.taskId);
    if (pending) pending.confirm = confirm;
    else this.#ask(task, confirm, cause);
  }

  #ask(task: Task, confirm: () => void, cause: number): void {
    const { assumed, inbox, runtime, usersOf } = this.#parts;
    const { taskId, serviceName, name } = task;
    const validators = usersOf(serviceName).filter((user) => user.isTokenValidator && user.phoneNumber !== null);
    const stream = runtime.random.stream('ovh.operation-tokens');
    const tokens = new Map(validators.map((user) => [user, stream.alphanumeric(8)]));
    this.#pending.set(taskId, { task, tokens, attempts: 0, confirm });
    const text =
      validators.length === 0
        ? `task ${taskId} waits for a token, but no user of ${serviceName} is a token validator with a phone number`
        : `task ${taskId} waits for the token of ${validators.map((user) => user.name).join(' or ')}`;
    const seq = this.#record('waiting', validators.length === 0 ? 'warn' : 'info', text, task, cause);
    for (const [user, code] of tokens) {
      const sms = fill(assumed.tokenSmsText, {
        user: user.name,
        operation: name,
        taskId,
        token: code,
        url: `https://${serviceName}.ovh.com/secure/`,
      });
      inbox.send({ kind: 'sms', to: phoneOf(user), text: sms, code }, `the token of task ${taskId}`, seq);
    }
  }

  #record(what: string, level: 'info' | 'warn', text: string, task: Task, cause?: number): number {
    const { taskId, serviceName, name } = task;
    const event = `ovh.operation.${what}`;
    const data = { taskId, serviceName, name };
    return this.#parts.runtime.journal.record({ plane: 'ovh', event, level, text, data, cause }).seq;
  }
}

function phoneOf(user: User): string {
  return user.phoneNumber ?? '';
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
