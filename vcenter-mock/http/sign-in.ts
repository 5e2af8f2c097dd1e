import { ownText } from '../../core/index.ts';
import { principalName, type User } from '../authorization/directory.ts';
import { rootFolderRef } from '../inventory/inventory.ts';
import type { Vcenter } from '../vcenter.ts';
import type { Session, SessionClient } from './sessions.ts';

/**
 * Opens a session for a user who has proved who he is, and posts the event.
 * @throws NoPermission when the user has no access to anything. reported by users
 */
export function openSession(vc: Vcenter, user: User, client: SessionClient, cause: number): Session {
  vc.authorization.require(user.username, 'System.View', rootFolderRef);
  const session = vc.sessions.open(user, client);
  const { remoteAddress, userAgent } = client;
  vc.events.post(
    'UserLoginSessionEvent',
    {
      ipAddress: remoteAddress,
      userAgent,
      locale: session.locale,
      sessionId: session.key,
    },
    {
      user: user.username,
      cause,
      // observed
      message: `User ${principalName(user.username)}@${remoteAddress} logged in as ${userAgent}`,
    },
  );
  return session;
}

/** Somebody could not log in. observed */
export function postBadLogin(vc: Vcenter, username: string, ipAddress: string, cause: number): void {
  // Events are kept: what anybody can send must not fill them.
  const user = ownText(username.slice(0, 256));
  vc.events.post(
    'BadUsernameSessionEvent',
    { ipAddress },
    { user, cause, message: `Cannot login ${user}@${ipAddress}` },
  );
}

/** Ends a session at its user's wish. */
export function logOut(vc: Vcenter, session: Session, cause: number): void {
  vc.sessions.close(session);
  postLogout(vc, session, cause);
}

/** The session as UserLogoutSessionEvent reports it. assumed: an idle session ends with the same event as a logout */
export function postLogout(vc: Vcenter, session: Session, cause?: number): void {
  const { remoteAddress, userAgent, callCount, key, user } = session;
  const loginTime = new Date(session.loginTime);
  const name = `${principalName(user.username)}@${remoteAddress}`;
  vc.events.post(
    'UserLogoutSessionEvent',
    { ipAddress: remoteAddress, userAgent, callCount, sessionId: key, loginTime },
    {
      user: user.username,
      cause,
      // observed
      message: `User ${name} logged out (login time: ${longTime(loginTime)}, number of API invocations: ${callCount}, user agent: ${userAgent})`,
    },
  );
}

/** `Tuesday, 14 April, 2020 12:28:35 AM`, as event texts write a time (observed). */
function longTime(time: Date): string {
  const part = (options: Intl.DateTimeFormatOptions) => time.toLocaleString('en-US', { timeZone: 'UTC', ...options });
  const day = part({ day: '2-digit' });
  const clock = part({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).replace(/\s/, ' ');
  return `${part({ weekday: 'long' })}, ${day} ${part({ month: 'long' })}, ${time.getUTCFullYear()} ${clock}`;
}
