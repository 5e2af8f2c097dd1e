import { z } from 'zod';
import type { Verb } from './verb.ts';

const user = z
  .string()
  .optional()
  .describe("A user of the world's vcenter.users, by the name given there; the administrator when absent.");

/**
 * A verb of the vSphere client that any user of the world can take, each in a session of his own: `with` gets the member
 * `user`. Verbs that have one already stay as they are.
 */
export function asUser(verb: Verb): Verb {
  if (!(verb.with instanceof z.ZodObject) || 'user' in verb.with.shape) return verb;
  const own = verb.with;
  return {
    ...verb,
    with: own.safeExtend({ user }),
    run(context, input) {
      const { user: username, ...rest } = input as { user?: string };
      if (username === undefined) return verb.run(context, rest);
      const vcenter = context.clients.vcenterOf(username);
      return verb.run({ ...context, clients: { ...context.clients, vcenter } }, rest);
    },
  };
}
