/**
 * node:http. An import statement reads all of its exports, WebSocket among them, for which Node.js loads its whole fetch: a twentieth
 * of the time in which a lab gets ready. A function, because the codec and its client do without either.
 */
export const nodeHttp = () => process.getBuiltinModule('node:http');
