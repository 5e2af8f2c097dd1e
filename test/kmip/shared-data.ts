import { existsSync, readFileSync } from 'node:fs';

/** A message of the OASIS KMIP 1.1 test cases. */
export type OfficialMessage = { section: string; time: number; kind: 'request' | 'response'; hex: string };

/** A request of a vCenter 7.0.3. */
export type VcenterRequest = {
  name: string;
  operation: string;
  batchCount: number;
  uniqueBatchItemIds: boolean;
  hex: string;
  uniqueIdentifier?: string;
  attributeNames?: string[];
  attributes?: [name: string, type: string, value: string | number][];
};

function load(name: string): unknown {
  const url = new URL(`../../../shared/data/${name}`, import.meta.url);
  return existsSync(url) ? JSON.parse(readFileSync(url, 'utf8')) : undefined;
}

/** Undefined where the shared data is not present: the tests that need it are then skipped. */
export const officialMessages = load('kmip11-testcases-hex.json') as OfficialMessage[] | undefined;
export const vcenterRequests = (load('vcenter-kmip-requests.json') as { requests: VcenterRequest[] } | undefined)
  ?.requests;

export const SKIPPED = 'skipped without ../shared/data';
