import type { LabProcess } from './lab-process.ts';

/** What a KMIP client's program reads from its standard input. */
export interface Access {
  host: string;
  port: number;
  /** Where KMIP over HTTPS is answered, when the lab's world asks for it. */
  httpsUrl?: string;
  /** Files in PEM: the authority that signed the server's certificate, the client's certificate and key. */
  ca: string;
  cert: string;
  key: string;
  username?: string;
  password?: string;
}

/** How a client reaches the KMS of a lab, as an identity that the KMS accepts. */
export function accessOf({ ready: { kmip, pki } }: LabProcess): Access {
  return { ...kmip, ca: pki.ca, cert: pki.clientCert, key: pki.clientKey };
}

/** A refusal as a client reports it: in the client's own spelling of the names. */
export interface Refusal {
  status: string;
  reason: string;
  message: string;
}

/** What each step of a chapter gave. */
export type Steps = Record<string, unknown>;

/** What a client's program prints: protocol version → chapter → steps. */
export type Tour = Record<string, Record<string, Steps>>;

/** The steps of a chapter; throws what the client's program said when a step failed that should not. */
export function chapterOf(tour: Tour, version: string, chapter: string): Steps {
  const steps = tour[version]?.[chapter];
  if (!steps) throw new Error(`the client did not play "${chapter}" in ${version}`);
  if (steps.error !== undefined) throw new Error(`"${chapter}" in ${version}: ${steps.error}`);
  return steps;
}
