import { type Clock, createRealClock, messageOf as errorText } from '../../core/index.ts';
import {
  child,
  type Item,
  ItemType,
  type KmipTlsOptions,
  item as make,
  ResultStatus,
  type StructureItem,
  Tag,
  type XmlElement,
} from '../../kmip/index.ts';
import { compareAnswer, type Mismatch } from './compare.ts';
import { exclusionOf } from './exclusions.ts';
import { Origins } from './origins.ts';
import { isSymbol, messageOf, type Pattern } from './pattern.ts';
import { preparationOf } from './preparations.ts';
import { nowOffset, Symbols } from './symbols.ts';
import type { TestCase, TestStep } from './test-case.ts';
import { Transport } from './transports.ts';

/** A server to be tested and how to reach it. */
export type ConformanceTarget = {
  host: string;
  port: number;
  /** Port of KMIP over HTTPS; without it the cases about other encodings travel as TTLV, too. */
  httpsPort?: number;
  tls: KmipTlsOptions;
  /** Shown with every request that carries no credential of its own. */
  credential?: { username: string; password: string };
  /** The server's clock, ms since the epoch. Default: this machine's. */
  now?: () => number;
  /** Moves the server's clock on. Without it time is waited for, at most `maxWaitSeconds`. */
  advance?: (seconds: number) => Promise<void>;
  /** Called before each step, for example to move the server's clock. */
  beforeStep?: (step: TestStep) => Promise<void>;
  /** Default 5. */
  maxWaitSeconds?: number;
  /** For the connection and for each answer, in real time. Default 30 000. */
  timeoutMs?: number;
};

export type StepResult = {
  number: number;
  label: string;
  mismatches: Mismatch[];
};

export type CaseResult = {
  name: string;
  version: string;
  file: string;
  status: 'passed' | 'failed' | 'excluded';
  /** Why it was excluded or failed. */
  reason?: string;
  /** The steps that were carried out. */
  steps: StepResult[];
};

/** How far a server's dates may be away from `$NOW`. */
const TOLERANCE_SECONDS = 10;
/** A Poll that finds nothing is repeated so often, once a second. */
const POLLS = 20;
/** Header fields that follow Authentication. KMIP 1.1 §7.2 */
const AFTER_AUTHENTICATION: readonly number[] = [
  Tag.BatchErrorContinuationOption,
  Tag.BatchOrderOption,
  Tag.TimeStamp,
  Tag.BatchCount,
];

/**
 * Carries out a case: sends its requests, compares the answers. A difference does not end it (the requests that clean up come
 * last), a lost connection does. What went wrong is in the result; nothing is thrown.
 */
export async function runCase(testCase: TestCase, target: ConformanceTarget): Promise<CaseResult> {
  const { name, version, file } = testCase;
  const reason = exclusionOf(name);
  if (reason !== undefined) return { name, version, file, status: 'excluded', reason, steps: [] };
  const run = new CaseRun(name, target);
  try {
    for (const request of preparationOf(testCase)) await run.prepare(request);
    for (const [index, step] of testCase.steps.entries()) await run.step(step, testCase.steps[index - 1]?.repeat);
  } catch (error) {
    return { name, version, file, status: 'failed', reason: errorText(error), steps: run.results };
  } finally {
    await run.close();
  }
  const failed = run.results.find(({ mismatches }) => mismatches.length > 0);
  if (failed === undefined) return { name, version, file, status: 'passed', steps: run.results };
  return { name, version, file, status: 'failed', reason: reasonOf(failed), steps: run.results };
}

function reasonOf({ number, label, mismatches: [first] }: StepResult): string {
  return `step ${number}${label === '' ? '' : ` (${label})`}: ${first?.path}: expected ${first?.expected}, got ${first?.got}`;
}

type Exchange = { sent: Item; answer: Item };

class CaseRun {
  readonly results: StepResult[] = [];
  readonly #target: ConformanceTarget;
  readonly #clock: Clock = createRealClock();
  readonly #transport: Transport;
  readonly #symbols = new Symbols();
  readonly #origins = new Origins();
  readonly #start: number;
  /** Dates in the future that requests have named, POSIX seconds. */
  readonly #ahead: number[] = [];

  constructor(caseName: string, target: ConformanceTarget) {
    this.#target = target;
    this.#transport = new Transport(caseName, target, this.#clock);
    this.#start = this.#now();
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async prepare(request: XmlElement): Promise<void> {
    const { sent, answer } = await this.#exchange(request, 'Client');
    this.#learn(sent, answer);
  }

  /** @param afterRepeat the step before is the one that is marked for repetition, as some cases have it */
  async step(step: TestStep, afterRepeat = false): Promise<void> {
    await this.#target.beforeStep?.(step);
    const { number, label, response } = step;
    let exchange = await this.#completed(step);
    let mismatches = this.#compare(response, exchange);
    const due = Math.min(...this.#ahead.filter((date) => date >= this.#now()));
    if (mismatches.length > 0 && (step.repeat || afterRepeat) && Number.isFinite(due)) {
      await this.#pass(due - this.#now() + 1);
      exchange = await this.#completed(step);
      mismatches = this.#compare(response, exchange);
    }
    this.#learn(exchange.sent, exchange.answer);
    this.results.push({ number, label, mismatches });
  }

  /** Repeats a request while it is answered with Operation Pending and the case shows the end of the operation. */
  async #completed({ request, response, client }: TestStep): Promise<Exchange> {
    let exchange = await this.#exchange(request, client);
    for (let poll = 1; poll < POLLS && isPending(exchange.answer) && !isPending(response.item); poll += 1) {
      await this.#pass(1);
      exchange = await this.#exchange(request, client);
    }
    return exchange;
  }

  async #exchange(element: XmlElement, client: string): Promise<Exchange> {
    this.#noteDates(element);
    const sent = this.#authenticated(messageOf(this.#symbols.fill(element, this.#now())));
    this.#origins.send(sent);
    const answer = await this.#transport.exchange(sent, client);
    this.#symbols.see(answer);
    return { sent, answer };
  }

  #authenticated(message: Item): Item {
    const { credential } = this.#target;
    const header = message.type === ItemType.Structure ? child(message, Tag.RequestHeader) : undefined;
    if (credential === undefined || header?.type !== ItemType.Structure || child(header, Tag.Authentication)) {
      return message;
    }
    const place = header.value.findIndex(({ tag }) => AFTER_AUTHENTICATION.includes(tag));
    header.value.splice(place, 0, authentication(credential));
    return message;
  }

  #compare(expected: Pattern, { sent, answer }: Exchange): Mismatch[] {
    return compareAnswer(expected, answer, {
      symbols: this.#symbols,
      origins: this.#origins,
      request: sent,
      earliest: this.#start - TOLERANCE_SECONDS,
      latest: this.#now() + TOLERANCE_SECONDS,
    });
  }

  #learn(sent: Item, answer: Item): void {
    const [requests, answers] = [sent, answer].map(batchItemsOf) as [StructureItem[], StructureItem[]];
    for (const [index, request] of requests.entries()) {
      const operation = child(request, Tag.Operation);
      const asked = child(request, Tag.RequestPayload);
      const given = answers[index] && child(answers[index], Tag.ResponsePayload);
      if (operation?.type !== ItemType.Enumeration) continue;
      if (asked?.type === ItemType.Structure && given?.type === ItemType.Structure) {
        this.#origins.learn(operation.value, asked, given);
      }
    }
  }

  #noteDates(element: XmlElement): void {
    const offset = isSymbol(element.value ?? '') ? nowOffset(element.value as string) : undefined;
    if (offset !== undefined && offset > 0) this.#ahead.push(this.#now() + offset);
    for (const one of element.children) this.#noteDates(one);
  }

  /** POSIX seconds. */
  #now(): number {
    return Math.floor((this.#target.now ?? (() => this.#clock.now()))() / 1000);
  }

  async #pass(seconds: number): Promise<void> {
    const { advance, maxWaitSeconds = 5 } = this.#target;
    if (advance !== undefined) await advance(seconds);
    else if (seconds <= maxWaitSeconds) await this.#clock.sleep(seconds * 1000);
    else throw new Error(`skipped: needs time, ${seconds} s, and at most ${maxWaitSeconds} s are waited`);
  }
}

/** Username and Password. KMIP 1.1 §2.1.2 */
function authentication({ username, password }: { username: string; password: string }): StructureItem {
  return make.structure(Tag.Authentication, [
    make.structure(Tag.Credential, [
      make.enumeration(Tag.CredentialType, 1),
      make.structure(Tag.CredentialValue, [
        make.textString(Tag.Username, username),
        make.textString(Tag.Password, password),
      ]),
    ]),
  ]);
}

function batchItemsOf(message: Item): StructureItem[] {
  if (message.type !== ItemType.Structure) return [];
  return message.value.flatMap((one) => (one.tag === Tag.BatchItem && one.type === ItemType.Structure ? one : []));
}

function isPending(message: Item): boolean {
  return batchItemsOf(message).some(
    (batchItem) => child(batchItem, Tag.ResultStatus)?.value === ResultStatus.OperationPending,
  );
}
