export * from './client/index.ts';
export * from './messages/index.ts';
export * from './registry/index.ts';
export * from './ttlv/index.ts';
