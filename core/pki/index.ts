export * from './authority.ts';
export * from './inspect.ts';
export * from './issue.ts';
export * from './key-pool.ts';
export * from './private-key.ts';
export * from './revocation-list.ts';
export * from './signing-request.ts';
