import type { XmlElement } from '../../kmip/index.ts';
import { plainName } from './exclusions.ts';

/** A value that a case prints by mistake. */
type Correction = {
  /** Matched against the case's name with `-` in place of `_`. */
  name: RegExp;
  /** The element that holds the value. */
  element: string;
  printed: string;
  /** Absent: the element should not be there. */
  right?: string;
  /** Where the right value comes from. */
  source: string;
};

const corrections: readonly Correction[] = [
  {
    name: /^TC-142-/,
    element: 'KeyValue',
    printed: '1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5',
    right:
      '0dc0f8cb416e7b4422d85805d3dd80e49c6c75f763d1be99748de568e4eecdc05b94b1c1946fd3def14cfe184daada0d' +
      'af07c93e038ceb9f501bdd8a82c7d6b33152dbf9d415924b9f13f6cb75ff880ab09dc862e473f74bdaf9398ec7695d41',
    source: 'the XML repeats the wrapped key of TC-141; the right one is in KMIP Test Cases 1.1 §14.2',
  },
  {
    name: /^CS-BC-M-6-13/,
    element: 'Data',
    printed: 'fd912d102dbb482f6f6e91bd57119095',
    right: 'd9bcce11b0b437b90239552df3a360c9',
    source: 'not what AES makes of it (FIPS 197); the right ciphertext is in CS-BC-M-6-14',
  },
  {
    name: /^SKFF-O-6-11/,
    element: 'AttributeName',
    printed: 'Object Group',
    source: 'nobody gave the key a group; a server may have one for all new objects, but need not (KMIP 1.1 §3.33)',
  },
];

function correctionsOf(caseName: string): Correction[] {
  return corrections.filter(({ name }) => name.test(plainName(caseName)));
}

/** Why values of a case are not compared as they are printed; to be told with its result. */
export function correctionSources(caseName: string): string[] {
  return correctionsOf(caseName).map(({ source }) => source);
}

/** A message as it should have been printed in a case of that name. */
export function corrected(message: XmlElement, caseName: string): XmlElement {
  const found = correctionsOf(caseName);
  return found.length === 0 ? message : correct(message, found);
}

function correct(element: XmlElement, all: readonly Correction[]): XmlElement {
  const children = element.children.flatMap((one) => {
    const found = all.find((correction) => correction.element === one.name && correction.printed === one.value);
    if (found === undefined) return correct(one, all);
    return found.right === undefined ? [] : { ...one, value: found.right };
  });
  return { ...element, children };
}
