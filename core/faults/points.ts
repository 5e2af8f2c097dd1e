import type { Plane } from '../journal.ts';
import { tlsAlerts } from '../tls-alerts.ts';
import {
  answerCorruptions,
  certificateFaults,
  type FaultAction,
  type FaultModifier,
  wireCorruptions,
} from './actions.ts';

/**
 * A place where a plane asks whether a fault applies. `actions` are what it can carry out, each with the members or the
 * words that it takes there.
 */
export interface FaultPointDeclaration {
  plane: Plane;
  /** When it is asked. */
  about: string;
  /** What `match` and `per` may look at; `?` when it is not always there. */
  subject: readonly string[];
  actions: Partial<Record<FaultAction, readonly string[]>>;
  modifiers: readonly FaultModifier[];
  /** The fault is a state that lasts while its `when` holds, instead of something that strikes calls. */
  standing?: true;
}

const none: readonly string[] = [];
const cut = ['afterBytes'];
const truncation = ['afterBytes', 'connection'];
const waits = ['delay', 'jitter'] as const;

/**
 * The fault points. A plane consults a point once for each attempt; connections and messages are therefore counted apart.
 */
export const faultPoints = {
  'kmip.port': {
    plane: 'kmip',
    about: 'the port of the KMS, for as long as the fault is in force',
    subject: ['kms', 'host', 'port'],
    actions: { unlisten: none },
    modifiers: [],
    standing: true,
  },
  'kmip.connection': {
    plane: 'kmip',
    about:
      'a TCP connection reached the KMS, before any TLS byte is answered; reset and close wait for the ClientHello, or for `afterBytes` bytes of it (0: at once)',
    subject: ['kms', 'remoteAddress'],
    actions: { reset: cut, close: cut, hang: none, tlsAlert: Object.keys(tlsAlerts), certificate: certificateFaults },
    modifiers: waits,
  },
  'kmip.request': {
    plane: 'kmip',
    about: 'one batch item of a request, before it is executed',
    subject: ['kms', 'operation', 'uniqueIdentifier?', 'client', 'attributes?'],
    actions: { kmip: ['status', 'reason', 'message'], reset: none, close: none, hang: none },
    modifiers: waits,
  },
  'kmip.response': {
    plane: 'kmip',
    about:
      'a response message, before it is sent: what was asked for is done; `operation` is the first of its `operations`',
    subject: ['kms', 'operations', 'operation', 'client'],
    actions: {
      kmip: ['status', 'reason', 'message'],
      reset: cut,
      close: cut,
      hang: none,
      truncate: truncation,
      corrupt: answerCorruptions,
    },
    modifiers: [...waits, 'drip'],
  },
  'vcenter.port': {
    plane: 'vcenter',
    about: 'the HTTPS port of vCenter, for as long as the fault is in force',
    subject: ['host', 'port'],
    actions: { unlisten: none },
    modifiers: [],
    standing: true,
  },
  'vcenter.connection': {
    plane: 'vcenter',
    about: 'a TCP connection reached vCenter, before any TLS byte is answered; reset and close as in kmip.connection',
    subject: ['remoteAddress', 'port'],
    actions: { reset: cut, close: cut, hang: none, tlsAlert: Object.keys(tlsAlerts) },
    modifiers: waits,
  },
  'vcenter.request': {
    plane: 'vcenter',
    about: 'an HTTP request to vCenter (SOAP, REST and the rest), before anything is done with it',
    subject: ['method', 'path', 'remoteAddress', 'userAgent'],
    actions: {
      http: ['status', 'body', 'contentType'],
      reset: cut,
      close: cut,
      hang: none,
      truncate: truncation,
    },
    modifiers: [...waits, 'drip'],
  },
  'vcenter.method': {
    plane: 'vcenter',
    about: 'a SOAP method, before it runs',
    subject: ['method', 'type', 'object', 'name', 'user'],
    actions: {
      vim: ['type', 'message'],
      http: ['status', 'body', 'contentType'],
      reset: none,
      close: none,
      hang: none,
    },
    modifiers: waits,
  },
  'vcenter.task': {
    plane: 'vcenter',
    about:
      'a task, at each of its phases: `queued` before it starts, `running` at each progress before its work, `done` when its work is done but nobody was told',
    subject: ['task', 'method', 'entity?', 'name?', 'user', 'phase', 'progress'],
    actions: { vim: ['type', 'message'], hang: none },
    modifiers: waits,
  },
  'vcenter.vmotion': {
    plane: 'vcenter',
    about: 'the wire between two hosts, before a migration is sent over it',
    subject: ['vm', 'source', 'destination', 'encrypted'],
    actions: { reset: cut, close: cut, hang: none, corrupt: wireCorruptions },
    modifiers: waits,
  },
  'ovh.port': {
    plane: 'ovh',
    about: 'a port of the OVHcloud API, for as long as the fault is in force',
    subject: ['scheme', 'host', 'port'],
    actions: { unlisten: none },
    modifiers: [],
    standing: true,
  },
  'ovh.connection': {
    plane: 'ovh',
    about:
      'a TCP connection reached the OVHcloud API, before any byte is answered; reset and close as in kmip.connection',
    subject: ['remoteAddress', 'port'],
    actions: { reset: cut, close: cut, hang: none, tlsAlert: Object.keys(tlsAlerts) },
    modifiers: waits,
  },
  'ovh.request': {
    plane: 'ovh',
    about: 'an API call, before it is answered',
    subject: ['method', 'path', 'route'],
    actions: {
      ovh: ['status', 'errorCode', 'message'],
      http: ['status', 'body', 'contentType'],
      reset: cut,
      close: cut,
      hang: none,
      truncate: truncation,
    },
    modifiers: [...waits, 'drip'],
  },
  'ovh.task': {
    plane: 'ovh',
    about: 'a task, before it makes progress',
    subject: ['name', 'taskId', 'progress', 'serviceName'],
    actions: { ovh: ['taskState', 'message'], hang: none },
    modifiers: waits,
  },
} as const satisfies Record<string, FaultPointDeclaration>;

export type FaultPoint = keyof typeof faultPoints;
export const faultPointNames = Object.keys(faultPoints) as FaultPoint[];

/** What is declared of a point. */
export function faultPoint(at: FaultPoint): FaultPointDeclaration {
  return faultPoints[at];
}
