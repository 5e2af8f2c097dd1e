import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { toHtml } from '../../lab/report/html.ts';
import type { Report } from '../../lab/report/shape.ts';
import { reportOf } from '../../lab/report/summary.ts';
import { dataOfPage } from './html-page.ts';

const { prettyJson, prettyXml, since } = (await import(
  new URL('../../ui/report/format.js', import.meta.url).href
)) as Record<'prettyJson' | 'prettyXml', (text: string) => string> & { since(ms: number): string };

/** Texts that would break out of a page that takes them for markup. */
const hostile = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '<img src=x onerror=alert(1)>',
  '\u2028\u2029',
  '$& $1',
];

function reportWith(text: string): Report {
  const entry = { seq: 1, time: 0, plane: 'kmip' as const, level: 'warn' as const, event: 'kmip.refused', text };
  return reportOf({
    keyrig: '1.2.3',
    started: '2026-01-02T03:04:05.000Z',
    milliseconds: 1,
    problems: [text],
    files: [
      {
        file: 'a.scenario.yaml',
        scenarios: [
          {
            name: text,
            tags: [text],
            status: 'failed',
            replay: text,
            attempts: [
              {
                status: 'failed',
                milliseconds: 1,
                steps: [],
                timeline: { entries: [{ ...entry, data: { [text]: text } }], bodies: [], dropped: 0, omitted: 0 },
              },
            ],
          },
        ],
      },
    ],
  });
}

const scriptsOf = (page: string) => [...page.matchAll(/<script type="([^"]*)"[^>]*>(.*?)<\/script>/gs)];

it.each(hostile)('what somebody said stays data: %j', (text) => {
  const report = reportWith(text);
  const page = toHtml(report);
  expect(dataOfPage(page)).toEqual(report);
  expect(scriptsOf(page).map(([, type]) => type)).toEqual(['application/json', 'module']);
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page).not.toContain('<!--');
  expect(page).not.toContain('alert(1)<');
});

it('the policy of the page allows its own style and script and nothing else', () => {
  const page = toHtml(reportWith('x'));
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const [, style] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
  const script = scriptsOf(page)[1]![2]!;
  const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page) ?? [];
  expect(policy!.split('; ')).toEqual([
    "default-src 'none'",
    `style-src ${hash(style!)}`,
    `script-src ${hash(script)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

it('the page is one file: it names no other, and its script imports none', () => {
  const page = toHtml(reportWith('x'));
  expect(page).not.toMatch(/https?:\/\//);
  expect(page.match(/(?:src|href)="[^"]*"/g)).toEqual(['href="data:,"']);
  const script = scriptsOf(page)[1]![2]!;
  expect(script).not.toMatch(/^(?:import|export)\b/m);
  // A name that two parts declare would keep the whole script from running.
  const names = [...script.matchAll(/^(?:const|let|function\*?|class) (\w+)/gm)].map(([, name]) => name);
  expect(new Set(names).size).toBe(names.length);
});

it('SOAP has a line for each element, also where it was cut off', () => {
  const text = '<?xml version="1.0"?><Envelope xmlns="x"><Body><A type="y">1 &lt; 2</A><B/><C></C></Body></Envelope>';
  const lines = [
    '<?xml version="1.0"?>',
    '<Envelope xmlns="x">',
    '  <Body>',
    '    <A type="y">1 &lt; 2</A>',
    '    <B/>',
    '    <C></C>',
    '  </Body>',
    '</Envelope>',
  ];
  expect(prettyXml(text).split('\n')).toEqual(lines);
  expect(prettyXml(text.slice(0, text.indexOf('2</A>'))).split('\n')).toEqual([
    ...lines.slice(0, 3),
    '    <A type="y">',
    '      1 &lt;',
  ]);
});

it('JSON has a line for each member; what was cut off stays as it is', () => {
  expect(prettyJson('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(prettyJson('{"a":[1')).toBe('{"a":[1');
});

it.each([
  [0, '+0.000 s'],
  [59_999, '+59.999 s'],
  [60_000, '+1:00.000'],
  [3_661_001, '+1:01:01.001'],
])('%i ms after the beginning are %s', (ms, text) => {
  expect(since(ms)).toBe(text);
});
