import { ovhHosts } from '../hosts.ts';
import { asBytes } from './bytes.ts';

export function encodings(url: string): string[] {
  const [path = '', ...query] = url.split('?');
  const rest = query.length === 0 ? '' : `?${query.join('?')}`;
  const texts = [url.replaceAll('+', '%20'), url.replaceAll('%20', '+'), lowerEscapes(url), upperEscapes(url)];
  try {
    texts.push(decodeURI(url), decodeURIComponent(url), path + decodeURIComponent(rest), encodeURI(url));
    texts.push(path + rest.replace(/[:,/@[\]]/g, encodeURIComponent));
  } catch {
    // A URL that cannot be decoded was not encoded by halves.
  }
  return texts.map(asBytes).filter((text) => text !== url);
}

function lowerEscapes(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toLowerCase());
}

function upperEscapes(url: string): string {
  return url.replace(/%[0-9a-f]{2}/gi, (octet) => octet.toUpperCase());
}

export function prefixes(url: string): string[] {
  const [, origin = '', rest = ''] = /^(https?:\/\/[^/]*)\/(?:1\.0|v1)(.*)$/s.exec(url) ?? [];
  if (origin === '') return [];
  return ['/1.0', '/v1', '/v2', '', '/1.0/1.0', '/1.0/v1'].map((prefix) => origin + prefix + rest);
}

export function slashes(url: string): string[] {
  const [path = '', ...query] = url.split('?');
  const rest = query.length === 0 ? '' : `?${query.join('?')}`;
  const other = path.endsWith('/') ? path.replace(/\/+$/, '') : `${path}/`;
  return [other + rest, url.replace(/\/(1\.0|v1)\//, '/$1//'), url.replace(/([^:/])\/\//g, '$1/')];
}

export function hosts(url: string): string[] {
  const [, scheme = '', authority = '', rest = ''] = /^(https?):\/\/([^/]*)(.*)$/s.exec(url) ?? [];
  const port = /:\d+$/.exec(authority)?.[0] ?? '';
  const local = ['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'].flatMap((name) => [name, name + port]);
  const names = [...local, ...ovhHosts, 'api.ovh.com', `${authority}:443`, `${authority}:80`];
  return names.map((name) => `${scheme}://${name}${rest}`);
}
