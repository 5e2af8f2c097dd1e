import { stepSections } from './names.ts';
import type { JournalCheck, Scenario, Step } from './schema.ts';

/** A step or check, as reports name it. */
export interface StepHead {
  /** Counted from 1 within its section. */
  number: number;
  section: 'steps' | 'verify' | 'cleanup';
  id?: string;
  verb: string;
  title: string;
}

/** What a scenario does or checks, one after the other. */
export type Item = Step | JournalCheck | typeof strictCheck;

/** What `strict` adds to the checks of a file. */
export const strictCheck = { do: 'strict', name: 'strict: every fault has fired, every call was served' } as const;

/** The steps of a scenario, its checks and its cleanup, as reports name them. */
export function headsOf(scenario: Scenario): StepHead[] {
  return itemsOf(scenario).map(({ item: _, ...head }) => head);
}

/** The same, each with what it names. */
export function itemsOf({ steps = [], verify = [], cleanup = [], strict }: Scenario): (StepHead & { item: Item })[] {
  const sections = { steps, verify: strict ? [...verify, strictCheck] : verify, cleanup };
  return stepSections.flatMap((section) =>
    (sections[section] as readonly Item[]).map((item, index) => ({
      item,
      section,
      number: index + 1,
      ...nameOf(item),
    })),
  );
}

function nameOf(item: Item): Pick<StepHead, 'id' | 'verb' | 'title'> {
  if ('journal' in item) {
    return { verb: 'journal', title: item.name ?? `timeline has ${JSON.stringify(item.journal)}` };
  }
  return { id: 'id' in item ? item.id : undefined, verb: item.do, title: item.name ?? item.do };
}
