import { z } from 'zod';
import {
  answerCorruptions,
  certificateFaults,
  checkRule,
  type FaultPoint,
  faultActions,
  faultModifiers,
  faultPointNames,
  faultStatuses,
  tlsAlerts,
  wireCorruptions,
} from '../../core/index.ts';
import { enumCode, enumEntries } from '../../kmip/index.ts';
import { isFaultType, methodNames } from '../../vcenter-mock/index.ts';
import { durationIn } from './duration.ts';
import { suggestion } from './suggest.ts';
import { identifier, json } from './values.ts';

const count = z.number().int().min(1);
const ms = durationIn('ms');
const bytes = z.number().int().min(0);
const text = z.string().max(10_000);

const pattern = json.describe('A pattern, as in match and expect.');

const moment = (edge: 'after' | 'until') => {
  const [behind, call] = edge === 'after' ? ['Not before', 'call; the next one is the first'] : ['Not after', 'call'];
  return z
    .union([
      ms.describe(`${behind} this much time of the lab's clock since the fault was attached: ms, or 30s, 5m, 2h, 1d.`),
      z.strictObject({ time: z.string().describe(`${behind} this time of the lab's clock, as 2026-01-31T12:00:00Z.`) }),
      z.strictObject({ calls: z.number().int().min(0).describe(`${behind} this matching ${call}.`) }),
      z.strictObject({
        event: json.describe(`${behind} the recording of a journal entry that fits this pattern, on any plane.`),
        times: count.optional().describe('Of the n-th such entry; 1 when absent.'),
      }),
    ])
    .optional()
    .describe(
      `${behind} this moment: so much time (ms, or 30s) since the fault was attached, a time of the lab's clock, a call, or an event on any plane.`,
    );
};

const when = z
  .strictObject({
    calls: z
      .union([
        count,
        z.array(count),
        z.strictObject({
          from: count.optional().describe('From this call on.'),
          to: count.optional().describe('Up to this call.'),
        }),
      ])
      .optional()
      .describe('Which of the matching calls, counted from 1.'),
    every: count.optional().describe('Every n-th matching call.'),
    probability: z.number().min(0).max(1).optional().describe('With this probability, drawn from the seed.'),
    after: moment('after'),
    until: moment('until'),
    times: count.optional().describe('At most so many times.'),
    per: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe('Count apart for each value at this path, or these paths, of what match sees.'),
  })
  .describe('When it strikes; all that is given must hold. Always when absent.');

const cut = (what: string) =>
  z
    .union([
      z.literal(true),
      z.strictObject({
        afterBytes: bytes.describe('After so many bytes; where they are counted depends on the point.'),
      }),
    ])
    .optional()
    .describe(what);

const then = z
  .strictObject({
    kmip: z
      .strictObject({
        status: z
          .enum(faultStatuses)
          .optional()
          .describe('Result Status; OperationFailed when absent. A pending operation can be polled.'),
        reason: z
          .string()
          .refine((name) => enumCode('ResultReason', name) !== undefined, 'expected a Result Reason of KMIP')
          .optional()
          .describe('Result Reason, for example PermissionDenied; none is sent when it is absent.'),
        message: text
          .nullable()
          .optional()
          .describe('Result Message; the name of the reason when absent, null: none is sent.'),
      })
      .optional()
      .describe(faultActions.kmip),
    vim: z
      .strictObject({
        type: z
          .string()
          .refine(isFaultType, 'expected the name of a fault of vim25')
          .describe('Name of the fault, for example NotSupported.'),
        message: text.describe('Its localized message.'),
      })
      .optional()
      .describe(faultActions.vim),
    ovh: z
      .strictObject({
        status: z.number().int().min(400).max(599).optional().describe('HTTP status of the error; 503 when absent.'),
        errorCode: z.string().optional().describe('Member errorCode of the error body.'),
        message: text.optional().describe('Message of the error body, or description of the task.'),
        taskState: z.enum(['error', 'canceled', 'fixing']).optional().describe('State of the task; error when absent.'),
      })
      .optional()
      .describe(faultActions.ovh),
    http: z
      .strictObject({
        status: z.number().int().min(200).max(599).describe('HTTP status.'),
        body: text.optional().describe('Body of the answer; empty when absent.'),
        contentType: z
          .string()
          .regex(/^[ -~]+$/)
          .optional()
          .describe('Content-Type of the body; text/plain when absent.'),
      })
      .optional()
      .describe(faultActions.http),
    reset: cut(faultActions.reset),
    close: cut(faultActions.close),
    hang: z.literal(true).optional().describe(faultActions.hang),
    truncate: z
      .union([
        z.literal(true),
        z.strictObject({
          afterBytes: bytes.optional().describe('After so many bytes; half of the answer when absent.'),
          connection: z
            .enum(['open', 'closed'])
            .optional()
            .describe('What becomes of the connection; open when absent.'),
        }),
      ])
      .optional()
      .describe(faultActions.truncate),
    corrupt: z
      .enum([...answerCorruptions, ...wireCorruptions])
      .optional()
      .describe(
        'kmip.response: the answer has a wrong length, padding, item type, tag, version or batch item id, or random bytes. vcenter.vmotion: a bit is flipped, a packet comes twice, two packets change places.',
      ),
    tlsAlert: z
      .enum(Object.keys(tlsAlerts) as [keyof typeof tlsAlerts, ...(keyof typeof tlsAlerts)[]])
      .optional()
      .describe(faultActions.tlsAlert),
    certificate: z.enum(certificateFaults).optional().describe(faultActions.certificate),
    unlisten: z.literal(true).optional().describe(faultActions.unlisten),
    delay: ms.optional().describe(`${faultModifiers.delay} In ms, or 30s.`),
    jitter: ms.optional().describe(`${faultModifiers.jitter} In ms, or 30s.`),
    drip: z
      .strictObject({
        bytes: count.describe('Bytes of each piece.'),
        every: ms.describe("Time of the lab's clock between two pieces: ms, or 30s."),
      })
      .optional()
      .describe(faultModifiers.drip),
  })
  .describe('What happens: exactly one action that the point takes, optionally with modifiers.');

const operations = {
  member: 'operation',
  what: 'an operation of KMIP',
  known: () => new Set(enumEntries('Operation').map(({ key }) => key)),
};
const methods = { member: 'method', what: 'a method of vSphere', known: methodNames };
/** Members of what a point shows that are one of a few names: a misspelt one would fit no call. */
const namesAt: Partial<Record<FaultPoint, { member: string; what: string; known: () => ReadonlySet<string> }>> = {
  'kmip.request': operations,
  'kmip.response': operations,
  'vcenter.method': methods,
  'vcenter.task': methods,
};

/** A fault as scenario files and the control API write it; see `FaultRule` in core. */
export const faultSchema = z
  .strictObject({
    id: identifier.describe('The name under which the timeline speaks of this fault.'),
    at: z.enum(faultPointNames as [FaultPoint, ...FaultPoint[]]).describe('Where the fault strikes.'),
    match: z
      .record(z.string(), pattern)
      .optional()
      .describe('Which calls it concerns; the same patterns as in expect.'),
    when: when.optional(),
    then,
  })
  .superRefine((rule, context) => {
    for (const { path, message } of checkRule(rule)) context.addIssue({ code: 'custom', path, message });
    const { member = '', what, known } = namesAt[rule.at] ?? {};
    const name = rule.match?.[member];
    if (!known || typeof name !== 'string' || known().has(name)) return;
    const message = `expected ${what}${suggestion(name, known())}`;
    context.addIssue({ code: 'custom', path: ['match', member], message });
  });
