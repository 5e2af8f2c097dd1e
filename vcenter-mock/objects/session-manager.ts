import type { User } from '../authorization/directory.ts';
import { type Session, userSession } from '../http/sessions.ts';
import { rootFolderRef } from '../inventory/inventory.ts';
import type { Call, Vcenter } from '../vcenter.ts';
import { fault, invalidArgument, type VimFault } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';

/** documented: the languages a vCenter comes in */
const locales = ['en', 'de', 'fr', 'es', 'ja', 'ko', 'zh_CN', 'zh_TW'];

function current(call: Call): Session {
  if (call.session) return call.session;
  throw fault('NotAuthenticated', call.vc.assumed.notAuthenticated, {
    object: call.object.ref,
    privilegeId: 'System.View',
  });
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

// observed text
function invalidLogin(): VimFault {
  return fault('InvalidLogin', 'Cannot complete login due to an incorrect user name or password.');
}

/** A locale such as `en` or `en_US`. @throws InvalidLocale */
function localeOf(locale: string | undefined, call: Call): string {
  if (locale === undefined || locale === '') return 'en';
  const language = /^([a-z]{2})(?:[_-][A-Za-z]{2,4})?$/.exec(locale)?.[1];
  if (language && locales.some((known) => known.startsWith(language))) return locale;
  throw fault('InvalidLocale', call.vc.assumed.invalidLocale);
}

/** documented: a session that has a user cannot log in once more */
function refuseSecondLogin(call: Call): void {
  const { session, vc } = call;
  if (!session) return;
  vc.events.post(
    'AlreadyAuthenticatedSessionEvent',
    {},
    {
      user: session.user.username,
      cause: call.cause,
      message: `User ${session.user.username} cannot logon since the user is already logged on`,
    },
  );
  throw invalidLogin();
}

/**
 * Opens a session for a user who has proved who he is: sets the cookie and posts the event.
 * @throws NoPermission when the user has no access to anything. reported by users
 */
export function logIn(user: User, locale: string, call: Call): Session {
  const { vc, http } = call;
  vc.authorization.require(user.username, 'System.View', rootFolderRef);
  const session = vc.sessions.open(user, {
    remoteAddress: http.remoteAddress,
    userAgent: http.userAgent,
    locale,
  });
  session.callCount = 1;
  http.setSessionCookie(session.cookie);
  vc.events.post(
    'UserLoginSessionEvent',
    {
      ipAddress: http.remoteAddress,
      userAgent: http.userAgent,
      locale: session.locale,
      sessionId: session.key,
    },
    { user: user.username, cause: call.cause, message: `User ${user.username}@${http.remoteAddress} logged in` },
  );
  return session;
}

export const sessionManager = implement('SessionManager', {
  derive: {
    sessionList: (_object, vc) => vc.sessions.list().map(userSession),
    messageLocaleList: () => ['en'],
    supportedLocaleList: () => locales,
    defaultLocale: () => 'en',
  },
  methods: {
    Login(_object, params, call) {
      const { vc, http } = call;
      refuseSecondLogin(call);
      const locale = localeOf(params.locale, call);
      const user = vc.sessions.authenticate(params.userName, params.password);
      if (user) return userSession(logIn(user, locale, call));
      // observed: a failed login sets a cookie too
      http.setSessionCookie(vc.sessions.newCookie());
      vc.events.post(
        'BadUsernameSessionEvent',
        { ipAddress: http.remoteAddress },
        { user: params.userName, cause: call.cause, message: `Cannot login ${params.userName}@${http.remoteAddress}` },
      );
      throw invalidLogin();
    },

    Logout(_object, _params, call) {
      const session = current(call);
      call.vc.sessions.close(session);
      postLogout(call.vc, session, call.cause);
    },

    AcquireCloneTicket: (_object, _params, call) => call.vc.sessions.issueTicket(current(call)),

    CloneSession(_object, { cloneTicket }, call) {
      refuseSecondLogin(call);
      const original = call.vc.sessions.redeemTicket(cloneTicket);
      if (!original) throw invalidLogin();
      return userSession(logIn(original.user, original.locale, call));
    },

    // documented: only a host can hand out credentials for its own console
    AcquireLocalTicket(_object, _params, { vc }) {
      throw fault('NotSupported', vc.assumed.notSupported);
    },

    /** documented: the other user must have a session; this one then acts as that user. */
    ImpersonateUser(_object, params, call) {
      const session = current(call);
      const user = call.vc.authorization.directory.user(params.userName);
      if (!user || !call.vc.sessions.list().some((other) => other.user === user)) throw invalidLogin();
      if (params.locale !== undefined) session.locale = localeOf(params.locale, call);
      session.user = user;
      return userSession(session);
    },

    SessionIsActive: (_object, params, { vc }) => vc.sessions.isActive(params.sessionID, params.userName),

    SetLocale(_object, params, call) {
      current(call).locale = localeOf(params.locale, call);
    },

    UpdateServiceMessage(object, { message }, call) {
      const prevMessage = object.get('message');
      object.set({ message });
      call.vc.events.post(
        'GlobalMessageChangedEvent',
        { message, prevMessage },
        { user: call.user, cause: call.cause, message: `Message changed: ${message}` },
      );
    },

    TerminateSession(_object, params, call) {
      const { vc } = call;
      const sessions = params.sessionId.map((id) => {
        const session = vc.sessions.byKey(id);
        if (!session) throw fault('NotFound', vc.assumed.notFound);
        // documented: a session cannot end itself this way
        if (session === call.session) throw invalidArgument('sessionId');
        return session;
      });
      for (const session of sessions) {
        vc.sessions.close(session);
        vc.events.post(
          'SessionTerminatedEvent',
          { sessionId: session.key, terminatedUsername: session.user.username },
          {
            user: call.user,
            cause: call.cause,
            message: `A session for user '${session.user.username}' has stopped`,
          },
        );
      }
    },
  },
});
