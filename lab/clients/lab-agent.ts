import https, { Agent } from 'node:https';

/** The authorities of the labs that have clients in this process, each trusted at its own address only; one for each client. */
const authorities = new Map<string, string[]>();

const key = ({ host, port }: { host?: string | null; port?: string | number | null }) => `${host}:${port}`;

/** The usual agent, but for the addresses of labs. */
class LabAgent extends Agent {
  override createConnection(
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    const ca = authorities.get(key(options as { host?: string; port?: number }))?.at(-1);
    return super.createConnection(ca === undefined ? options : { ...options, ca }, callback);
  }
}

const usual = https.globalAgent;
let labAgent: LabAgent | undefined;

/**
 * The official OVHcloud client has no option for a certificate authority: it uses the process's own HTTPS agent. So while a lab has
 * such a client, that agent trusts the lab's authority at the lab's address, and nothing changes for any other.
 *
 * @returns ends the trust
 */
export function trustAt(address: { host: string; port: number }, ca: string): () => void {
  const trusted = authorities.get(key(address)) ?? [];
  authorities.set(key(address), trusted);
  trusted.push(ca);
  labAgent ??= new LabAgent(usual.options);
  https.globalAgent = labAgent;
  return () => {
    const index = trusted.indexOf(ca);
    if (index >= 0) trusted.splice(index, 1);
    if (trusted.length === 0 && authorities.get(key(address)) === trusted) authorities.delete(key(address));
    if (authorities.size > 0 || https.globalAgent !== labAgent) return;
    https.globalAgent = usual;
    labAgent.destroy();
    labAgent = undefined;
  };
}
