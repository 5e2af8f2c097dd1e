import type { Journal, JournalEntry, JsonObject } from '../../core/index.ts';
import type { Lab } from '../lab.ts';

/** Something that is counted: entries of the timeline, by labels. */
interface CounterDeclaration {
  name: string;
  help: string;
  labels: readonly string[];
  /** The labels of an entry that counts; undefined for one that does not. */
  of(entry: JournalEntry, cause: () => JournalEntry | undefined): JsonObject | undefined;
}

const counters: readonly CounterDeclaration[] = [
  {
    name: 'keyrig_journal_entries_total',
    help: 'Entries of the timeline.',
    labels: ['plane', 'level'],
    of: ({ plane, level }) => ({ plane, level }),
  },
  {
    name: 'keyrig_kmip_requests_total',
    help: 'Batch items that a KMS has answered, by operation and by Success, Pending or the Result Reason.',
    labels: ['operation', 'result'],
    of({ event, data: { operation = 'unknown', reason } = {} }) {
      if (event === 'kmip.request') return { operation, result: 'Success' };
      if (event === 'kmip.pending') return { operation, result: 'Pending' };
      if (event === 'kmip.undone') return { operation, result: 'Undone' };
      return event === 'kmip.refused' ? { operation, result: reason } : undefined;
    },
  },
  {
    name: 'keyrig_kmip_connections_total',
    help: 'TCP connections that reached a KMS.',
    labels: [],
    of: ({ event }) => (event === 'kmip.connection.accepted' ? {} : undefined),
  },
  {
    name: 'keyrig_kmip_handshakes_refused_total',
    help: 'TLS handshakes with a KMS that came to nothing, by reason; those of probes too.',
    labels: ['reason'],
    of({ event, data: { reason, code } = {} }) {
      if (event === 'kmip.connection.refused' || (event === 'kmip.probe' && reason !== undefined)) return { reason };
      return event === 'kmip.handshake.failed' ? { reason: code ?? 'failed' } : undefined;
    },
  },
  {
    name: 'keyrig_vcenter_calls_total',
    help: 'SOAP calls to vCenter, by method.',
    labels: ['method'],
    of: ({ event, data }) => (event === 'vcenter.call' ? { method: data?.method } : undefined),
  },
  {
    name: 'keyrig_vcenter_call_faults_total',
    help: 'SOAP calls that vCenter answered with a fault, by method and type of the fault.',
    labels: ['method', 'fault'],
    of: ({ event, data }) =>
      event === 'vcenter.call.fault' ? { method: data?.method, fault: data?.fault } : undefined,
  },
  {
    name: 'keyrig_vcenter_tasks_total',
    help: 'Tasks of vCenter that have ended, by method and result: success, or the type of the fault.',
    labels: ['method', 'result'],
    of({ event, data }) {
      if (event === 'vcenter.task.succeeded') return { method: data?.method, result: 'success' };
      return event === 'vcenter.task.failed' ? { method: data?.method, result: data?.fault } : undefined;
    },
  },
  {
    name: 'keyrig_vcenter_kms_failures_total',
    help: 'Conversations of vCenter with a KMS that failed, by kind.',
    labels: ['kind'],
    of: ({ event, data }) => (event === 'vcenter.kmip.failed' ? { kind: data?.kind } : undefined),
  },
  {
    name: 'keyrig_ovh_calls_total',
    help: 'Calls of the OVHcloud API that were answered, by method, route and status.',
    labels: ['method', 'route', 'status'],
    of({ event, data }, cause) {
      if (event !== 'ovh.response') return undefined;
      const request = cause();
      const { method, route = 'none' } = request?.event === 'ovh.request' ? (request.data ?? {}) : {};
      return { method, route, status: data?.status };
    },
  },
  {
    name: 'keyrig_ovh_tasks_total',
    help: 'Tasks of the OVHcloud API that have come to an end, by name and state.',
    labels: ['name', 'state'],
    of({ event, data }) {
      const [, state] = /^ovh\.task\.(done|error|canceled)$/.exec(event) ?? [];
      return state === undefined ? undefined : { name: data?.name, state };
    },
  },
  {
    name: 'keyrig_faults_fired_total',
    help: 'Faults that have fired, by id and fault point.',
    labels: ['id', 'point'],
    of: ({ event, data }) => (event === 'fault.fired' ? { id: data?.id, point: data?.at } : undefined),
  },
];

/** What is measured when somebody asks. */
const gauges: readonly {
  name: string;
  help: string;
  labels: readonly string[];
  of(lab: Lab): [JsonObject, number][];
}[] = [
  {
    name: 'keyrig_clock_seconds',
    help: "The lab's clock, seconds since the epoch.",
    labels: [],
    of: ({ runtime }) => [[{}, runtime.clock.now() / 1_000]],
  },
  {
    name: 'keyrig_kms_objects',
    help: 'Objects that a KMS holds.',
    labels: ['kms'],
    of: ({ allKms }) => allKms.map((kms) => [{ kms: kms.name }, kms.objects().length]),
  },
];

/** Names come from clients, so their number is limited: what is beyond counts as `other`. */
const maxSeries = 500;

/** The Prometheus metrics of a lab. It only counts; what renders them is loaded when somebody asks. */
export class Metrics {
  readonly #lab: Lab;
  readonly #series = counters.map(() => new Map<string, { labels: Record<string, string>; count: number }>());
  readonly #unsubscribe: () => void;

  constructor(lab: Lab) {
    this.#lab = lab;
    const { journal } = lab.runtime;
    for (const entry of journal.entries()) this.#count(journal, entry);
    this.#unsubscribe = journal.subscribe((entry) => this.#count(journal, entry));
  }

  stop(): void {
    this.#unsubscribe();
  }

  #count(journal: Journal, entry: JournalEntry): void {
    for (const [index, counter] of counters.entries()) {
      const values = counter.of(entry, () => journal.causeOf(entry));
      if (values === undefined) continue;
      const series = this.#series[index]!;
      const text = (value: JsonObject[string]) => String(value ?? 'none').slice(0, 100);
      let labels = Object.fromEntries(counter.labels.map((name) => [name, text(values[name])]));
      let key = Object.values(labels).join('\n');
      if (series.size >= maxSeries && !series.has(key)) {
        labels = Object.fromEntries(counter.labels.map((name) => [name, 'other']));
        key = 'other';
      }
      const one = series.get(key);
      if (one) one.count++;
      else series.set(key, { labels, count: 1 });
    }
  }

  /** The text exposition format, version 0.0.4. */
  async text(): Promise<string> {
    const { Counter, Gauge, Registry } = await import('prom-client');
    const registry = new Registry();
    for (const [index, { name, help, labels }] of counters.entries()) {
      const made = new Counter({ name, help, labelNames: [...labels], registers: [registry] });
      for (const one of this.#series[index]!.values()) made.inc(one.labels, one.count);
    }
    for (const { name, help, labels, of } of gauges) {
      const made = new Gauge({ name, help, labelNames: [...labels], registers: [registry] });
      for (const [values, value] of of(this.#lab)) {
        made.set(Object.fromEntries(labels.map((label) => [label, String(values[label])])), value);
      }
    }
    return registry.metrics();
  }
}
