import type { User } from '../authorization/directory.ts';
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
  session.callCount = 1;
  vc.events.post(
    'UserLoginSessionEvent',
    {
      ipAddress: client.remoteAddress,
      userAgent: client.userAgent,
      locale: session.locale,
      sessionId: session.key,
    },
    { user: user.username, cause, message: `User ${user.username}@${client.remoteAddress} logged in` },
  );
  return session;
}

/** Somebody could not log in. observed */
export function postBadLogin(vc: Vcenter, username: string, ipAddress: string, cause: number): void {
  // Events are kept: what anybody can send must not fill them.
  const user = username.slice(0, 256);
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
  vc.events.post(
    'UserLogoutSessionEvent',
    {
      ipAddress: session.remoteAddress,
      userAgent: session.userAgent,
      callCount: session.callCount,
      sessionId: session.key,
      loginTime: new Date(session.loginTime),
    },
    { user: session.user.username, cause, message: `User ${session.user.username} logged out` },
  );
}
