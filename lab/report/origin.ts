import type { Reasons, StepOrigin } from './shape.ts';

/** What stands under a step that failed: why, in which message, on which socket, what else there is to know, and the chains. */
export function reasonLines(reasons: Reasons): string[] {
  return [...originLines(reasons).map(([name, text]) => `${name.padEnd(8)} ${text}`), ...reasons.chains.flat()];
}

/** The lines above the chains, each with its name. */
export function originLines({ origin, hints = [] }: Reasons): [name: string, text: string][] {
  const { why, message, socket }: Partial<StepOrigin> = origin ?? {};
  const lines: [string, string | undefined][] = [
    ['why', why],
    ['message', message],
    ['socket', socket && socketText(socket)],
    ...hints.map((hint): [string, string] => ['note', hint]),
  ];
  return lines.filter((line): line is [string, string] => line[1] !== undefined);
}

/** `vCenter 127.0.0.1:45702 → KMS 127.0.0.1:34775 (TLSv1.2 with vcenter)` */
export function socketText({ from, client, to, server, about }: NonNullable<StepOrigin['socket']>): string {
  return `${from}${client === undefined ? '' : ` ${client}`} → ${to} ${server}${about === undefined ? '' : ` (${about})`}`;
}
