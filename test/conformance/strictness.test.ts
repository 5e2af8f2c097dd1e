/** What the runner lets pass: every answer of the official cases, with one part changed or left out at a time. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { child, type Item, ItemType, type StructureItem, Tag, tagName } from '../../kmip/index.ts';
import { compareAnswer, type Facts } from '../../lab/conformance/compare.ts';
import { exclusionOf, findCases, loadCase } from '../../lab/conformance/index.ts';
import { Origins } from '../../lab/conformance/origins.ts';
import { messageOf, type Pattern } from '../../lab/conformance/pattern.ts';
import { nowOffset, Symbols } from '../../lab/conformance/symbols.ts';

const folder = fileURLToPath(new URL('../../../shared/conformance/oasis', import.meta.url));
const present = existsSync(folder);
const NOW = 1_700_000_000;

/** The answer as a server gives it that does all that the case shows; `values` keeps what the names stand for. */
function answerOf({ item, symbol, children }: Pattern, values: Map<string, string>): Item {
  if (item.type === ItemType.Structure) return { ...item, value: children.map((one) => answerOf(one, values)) };
  if (symbol === undefined) return item;
  const offset = nowOffset(symbol);
  if (offset !== undefined) return { ...item, value: BigInt(NOW + offset) } as Item;
  const value = values.get(symbol) ?? `value ${values.size}`;
  values.set(symbol, value);
  return { ...item, value: item.type === ItemType.TextString ? value : Buffer.from(value) } as Item;
}

function changed(item: Item): Item {
  switch (item.type) {
    case ItemType.Integer:
    case ItemType.Enumeration:
    case ItemType.Interval:
      return { ...item, value: item.value === 7 ? 8 : 7 };
    case ItemType.LongInteger:
    case ItemType.BigInteger:
      return { ...item, value: item.value + 1n };
    case ItemType.DateTime:
      return { ...item, value: item.value + 100_000n };
    case ItemType.Boolean:
      return { ...item, value: !item.value };
    case ItemType.TextString:
      return { ...item, value: `${item.value}#` };
    case ItemType.ByteString:
      return { ...item, value: Buffer.concat([item.value, Buffer.from([1])]) };
    default:
      return item;
  }
}

type Variant = { what: string; answer: Item };

/** The answer without one of its parts, for each part; and with one value changed, for each value. */
function* variants(item: Item, rebuild: (item: Item) => Item): Generator<Variant> {
  if (item.type !== ItemType.Structure) {
    yield { what: `changed ${tagName(item.tag)}`, answer: rebuild(changed(item)) };
    return;
  }
  for (const [index, one] of item.value.entries()) {
    yield { what: `no ${tagName(one.tag)}`, answer: rebuild({ ...item, value: item.value.toSpliced(index, 1) }) };
    yield* variants(one, (next) => rebuild({ ...item, value: item.value.with(index, next) }));
  }
}

/** Parts that may be left out: the server's own words, and what it says of itself. */
const MAY_BE_MISSING =
  /^no (Result Message|Server Correlation Value|Vendor Identification|Server Information|.* Capability|Unwrap Mode|Destroy Action|Shredding Algorithm|RNG Mode)$/;
/** Put and Notify in a list of Query. */
const OF_THE_CLIENT = 'no Operation';
/** Values that must always be right. */
const ALWAYS_STRICT =
  /^changed (Batch Count|Unique Batch Item ID|Result Status|Result Reason|Attribute Name|Object Type|Link Type|Linked Object Identifier|Name Value|Usage Limits .*|Extension .*|Validity Indicator|Cancellation Result|Cryptographic Length)$/;

test.skipIf(present)('strictness: SKIPPED without ../shared/conformance/oasis', () => {});

test.runIf(present)('a part that is left out and a value that is wrong are noticed', () => {
  const unnoticed = new Map<string, number>();
  let all = 0;
  let missed = 0;
  for (const file of findCases([folder])) {
    const { name, steps } = loadCase(file);
    if (exclusionOf(name) !== undefined) continue;
    const symbols = new Symbols();
    const origins = new Origins();
    const values = new Map<string, string>();
    for (const { request, response } of steps) {
      const sent = messageOf(symbols.fill(request, NOW));
      origins.send(sent);
      const facts = (): Facts => ({
        symbols: symbols.copy(),
        origins,
        request: sent,
        earliest: NOW - 10,
        latest: NOW + 10,
      });
      const answer = answerOf(response, values);
      for (const { what, answer: variant } of variants(answer, (item) => item)) {
        all += 1;
        if (compareAnswer(response, variant, facts()).length > 0) continue;
        missed += 1;
        unnoticed.set(what, (unnoticed.get(what) ?? 0) + 1);
      }
      symbols.see(answer);
      compareAnswer(response, answer, { ...facts(), symbols });
      learn(origins, sent, answer);
    }
  }
  const leftOut = [...unnoticed.keys()].filter((what) => what.startsWith('no ') && !MAY_BE_MISSING.test(what));
  expect(leftOut).toEqual([OF_THE_CLIENT]);
  // The length in a Random Number Generator that the server has used.
  expect([...unnoticed.keys()].filter((what) => ALWAYS_STRICT.test(what))).toEqual(['changed Cryptographic Length']);
  // Time Stamps, first identifiers, and what servers make themselves.
  expect(all).toBeGreaterThan(40_000);
  expect(missed / all).toBeLessThan(0.07);
});

function learn(origins: Origins, sent: Item, answer: Item): void {
  const [requests, answers] = [sent, answer].map((message) =>
    (message as StructureItem).value.filter(({ tag }) => tag === Tag.BatchItem),
  ) as [StructureItem[], StructureItem[]];
  for (const [index, request] of requests.entries()) {
    const [from, to] = [
      child(request, Tag.RequestPayload),
      child(answers[index] as StructureItem, Tag.ResponsePayload),
    ];
    if (!from || !to) continue;
    origins.learn(child(request, Tag.Operation)?.value as number, from as StructureItem, to as StructureItem);
  }
}
