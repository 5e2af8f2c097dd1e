import { z } from 'zod';
import { openApiOf } from '../openapi.ts';
import { defineRoute } from '../route.ts';
// The list holds this route too; it is read when somebody asks.
import { routes } from './index.ts';

export const openApi = defineRoute({
  method: 'GET',
  path: '/openapi.json',
  group: 'lab',
  summary: 'Describes this API as OpenAPI 3.1.',
  isOpen: true,
  isEarly: true,
  answer: z.record(z.string(), z.unknown()),
  example: '"$URL/openapi.json"',
  run: ({ url }) => openApiOf(routes, url),
});
