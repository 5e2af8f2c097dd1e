import { expect, test } from 'vitest';
import { createRuntime, ManualClock } from '../../core/index.ts';
import { Account } from '../../ovh-api-mock/account/account.ts';
import { TokenStore } from '../../ovh-api-mock/oauth2/tokens.ts';

const clientId = 'EU.0123456789abcdef';

function store() {
  const clock = new ManualClock(0);
  const runtime = createRuntime({ clock, seed: 'tokens' });
  const account = new Account(runtime, { serviceAccounts: [{ clientId, clientSecret: 'x' }] }, 'xx11111-ovh');
  const tokens = new TokenStore(runtime, account);
  return { clock, tokens, owner: account.serviceAccount(clientId)! };
}

test('the oldest of more than 10,000 tokens end early', () => {
  const { tokens, owner } = store();
  const issued = Array.from({ length: 10_001 }, () => tokens.issue(owner, 0));
  expect(tokens.find(issued[0]!)).toBeUndefined();
  expect(tokens.find(issued[1]!)).toBe(owner);
  expect(tokens.find(issued[10_000]!)).toBe(owner);
});

test('tokens that expired are forgotten when a new one is issued', async () => {
  const { clock, tokens, owner } = store();
  const first = tokens.issue(owner, 0);
  await clock.advance(3_599_000);
  expect(tokens.find(first)).toBe('expired');
  tokens.issue(owner, 0);
  expect(tokens.find(first)).toBeUndefined();
});
