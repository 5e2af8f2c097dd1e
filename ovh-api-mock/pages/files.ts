import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { packageFile } from '../../core/index.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Sends a file of a folder. */
export type SendFile = (reply: FastifyReply, file: string) => FastifyReply;

/**
 * Serves every file of a folder of `ui/` below a path; there is nothing else below it.
 *
 * @param folder name of the folder
 * @param path without a slash at its end
 * @param headers of every answer
 * @returns how a file of the folder is sent at another path too
 */
export function serveFiles(
  app: FastifyInstance,
  folder: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): SendFile {
  const base = packageFile(`ui/${folder}/`);
  const send: SendFile = (reply, file) =>
    reply
      .headers(headers)
      .type(types[extname(file)] ?? 'application/octet-stream')
      .send(readFileSync(new URL(file, base)));
  for (const file of readdirSync(base)) app.get(`${path}/${file}`, (_request, reply) => send(reply, file));
  return send;
}
