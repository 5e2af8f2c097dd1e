import { z } from 'zod';
import { named } from './named.ts';
import { defineVerb } from './verb.ts';

export const kmsObjects = defineVerb({
  name: 'kms.objects',
  summary:
    "Looks at the KMS's own list of objects. Result: { count, objects: [{ uniqueIdentifier, objectType, state, owner, attributes }] }.",
  with: z.strictObject({ kms: named.kms }),
  async run({ lab }, { kms }) {
    const objects = lab.kms(kms).objects();
    return { count: objects.length, objects };
  },
});
