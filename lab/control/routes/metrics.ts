import { defineRoute } from '../route.ts';

export const metrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  group: 'lab',
  summary: 'Counts what has happened, for Prometheus.',
  isEarly: true,
  answer: { contentType: 'text/plain; version=0.0.4; charset=utf-8', about: 'The text exposition format.' },
  example: '"$URL/metrics"',
  run: (context) => context.metrics.text(),
});
