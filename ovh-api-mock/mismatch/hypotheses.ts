import type { Application, Credential } from '../credentials.ts';
import { serialisations } from './json-texts.ts';
import { encodings, hosts, prefixes, slashes } from './url-texts.ts';

/** What the API knows beside the call itself. */
export interface MismatchContext {
  /** The request target as sent. */
  target: string;
  /** Scheme and host under which a signature would have counted, the likeliest first. */
  origins: readonly string[];
  applications: readonly Application[];
  /** Some consumer keys that a client may have mixed up with its own. */
  credentials: readonly Credential[];
}

/** The six parts of what is signed, as bytes come on the wire. */
export interface Parts {
  secret: string;
  consumerKey: string;
  method: string;
  url: string;
  body: string;
  timestamp: string;
}

/** One way to go wrong: what the journal says of it, and how the parts look then. */
export interface Hypothesis {
  /** Completes "the client …". */
  says: string;
  change(parts: Parts, context: MismatchContext): Iterable<Partial<Parts>>;
}

/** The usual mistakes, those that users report most first (spec 6). */
export const hypotheses: readonly Hypothesis[] = [
  {
    says: 'signs the right string, but writes the digest differently than "$1$" and lower-case hexadecimal digits',
    change: () => [{}],
  },
  { says: 'signs an empty body, but sends one', change: ({ body }) => (body === '' ? [] : [{ body: '' }]) },
  {
    says: 'sends no body, but signs one',
    change: ({ body }) =>
      body === '' ? ['{}', 'null', '[]', 'undefined', 'None', '""'].map((text) => ({ body: text })) : [],
  },
  {
    says: 'signs its body as another piece of JSON than it sends: spaces, order of members or escapes differ',
    change: ({ body }) => serialisations(body).map((text) => ({ body: text })),
  },
  {
    says: 'signs its body in another character encoding than it sends',
    change({ body }) {
      const utf8 = Buffer.from(body, 'latin1').toString('utf8');
      return [Buffer.from(utf8, 'latin1').toString('latin1'), Buffer.from(body, 'utf8').toString('latin1')].map(
        (text) => ({
          body: text,
        }),
      );
    },
  },
  {
    says: 'signs white space around its body that it does not send, or the other way round',
    change: ({ body }) => [`${body}\n`, `${body}\r\n`, ` ${body}`, body.trim()].map((text) => ({ body: text })),
  },
  {
    says: 'signs the URL without its query',
    change: ({ url }) => (url.includes('?') ? [{ url: url.split('?', 1)[0]! }] : []),
  },
  {
    says: 'signs the query as the body of the call',
    change({ url }) {
      const [path = '', query = ''] = url.split('?');
      return query === '' ? [] : [{ url: path, body: query }, { body: query }];
    },
  },
  {
    says: 'signs the URL with other percent-encoding than it sends',
    change: ({ url }) => encodings(url).map((text) => ({ url: text })),
  },
  {
    says: 'signs the path alone, without scheme and host',
    change: ({ url }) => {
      const target = url.replace(/^https?:\/\/[^/]*/, '');
      return [{ url: target }, { url: target.replace(/^\/(1\.0|v1)/, '') }];
    },
  },
  {
    says: 'signs another prefix than it sends: /1.0, /v1, none, or both',
    change: ({ url }) => prefixes(url).map((text) => ({ url: text })),
  },
  {
    says: 'signs the URL with a slash too many or too few',
    change: ({ url }) => slashes(url).map((text) => ({ url: text })),
  },
  {
    says: 'signs the URL without its scheme, or with the scheme in another form',
    change: ({ url }) => [{ url: url.replace(/^https?:\/\//, '') }, { url: url.replace(/^https?:/, '') }],
  },
  {
    says: 'signs a well-known host other than the one in its Host header',
    change: ({ url }) => hosts(url).map((text) => ({ url: text })),
  },
  {
    says: 'signs another method than it sends, or not in upper case',
    change({ method }) {
      const others = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD'].filter((other) => other !== method);
      return [method.toLowerCase(), `${method[0]}${method.slice(1).toLowerCase()}`, ...others].map((text) => ({
        method: text,
      }));
    },
  },
  {
    says: 'signs another timestamp than it sends in X-Ovh-Timestamp: it asks for the time twice, or signs milliseconds',
    *change({ timestamp }) {
      const seconds = Number(timestamp);
      for (let off = -5; off <= 5; off++) if (off !== 0) yield { timestamp: String(seconds + off) };
      yield { timestamp: `${timestamp}000` };
      yield { timestamp: `${timestamp}.0` };
      yield { timestamp: '' };
    },
  },
  {
    says: 'has white space or quotes around its application secret',
    change: ({ secret }) => around(secret).map((text) => ({ secret: text })),
  },
  {
    says: 'has white space or quotes around its consumer key when it signs',
    change: ({ consumerKey }) => around(consumerKey).map((text) => ({ consumerKey: text })),
  },
  {
    says: 'mixes up application secret and consumer key',
    change: ({ secret, consumerKey }) => [{ secret: consumerKey, consumerKey: secret }],
  },
  {
    says: 'signs without a consumer key',
    change: () => ['', 'null', 'undefined', 'None'].map((consumerKey) => ({ consumerKey })),
  },
  {
    says: 'uses an application key in place of the application secret',
    change: (_, { applications }) => applications.map(({ applicationKey }) => ({ secret: applicationKey })),
  },
  {
    says: 'uses the secret of another application',
    change: ({ secret }, { applications }) =>
      applications
        .filter(({ applicationSecret }) => applicationSecret !== secret)
        .map(({ applicationSecret }) => ({ secret: applicationSecret })),
  },
  {
    says: 'signs with another consumer key than it sends in X-Ovh-Consumer',
    change: ({ consumerKey }, { credentials }) =>
      credentials
        .filter((credential) => credential.consumerKey !== consumerKey)
        .map((credential) => ({ consumerKey: credential.consumerKey })),
  },
];

function around(text: string): string[] {
  return [`${text}\n`, `${text}\r\n`, `${text} `, ` ${text}`, `"${text}"`, `'${text}'`, `${text}\t`];
}
