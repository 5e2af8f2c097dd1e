import { z } from 'zod';

const count = z.number().int().min(0);

const entrySchema = z.strictObject({
  seq: z.number().int().describe('1, 2, 3 … in order of recording.'),
  time: z.number().describe("Time on the lab's clock, ms since the epoch."),
  plane: z.enum(['ovh', 'vcenter', 'kmip', 'gateway', 'lab']),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  event: z.string(),
  text: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
  cause: z.number().int().optional().describe('seq of the entry that led to this one, on any plane.'),
  socket: z
    .string()
    .optional()
    .describe('The connection: "tcp", the address and port of the client, those of the server.'),
  messages: z
    .array(
      z.strictObject({
        direction: z.enum(['request', 'answer']),
        body: count.describe('Index into bodies.'),
      }),
    )
    .optional(),
});

const bodySchema = z.strictObject({
  form: z.enum(['kmip', 'xml', 'json']).describe('kmip: the decoded message as text, as keyrig decode prints it.'),
  text: z.string().describe('Without secrets.'),
  cut: z.number().int().optional().describe('Characters that were cut off at the end.'),
});

/** What happened on all planes during one attempt. */
export const timelineSchema = z
  .strictObject({
    entries: z.array(entrySchema),
    bodies: z.array(bodySchema).describe('The messages of the entries, each once.'),
    dropped: count.describe('Entries at the beginning that are left out because there were too many.'),
    omitted: count.describe('Messages that are left out because there were too many.'),
  })
  .describe('Everything that happened on all planes, and the messages that crossed their sockets.');

export type Timeline = z.infer<typeof timelineSchema>;
