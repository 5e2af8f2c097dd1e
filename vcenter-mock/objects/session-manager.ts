import { principalName, type User } from '../authorization/directory.ts';
import { type Session, userSession } from '../http/sessions.ts';
import { logOut, openSession, postBadLogin } from '../http/sign-in.ts';
import type { Call } from '../vcenter.ts';
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
      message: `User ${principalName(session.user.username)} cannot logon since the user is already logged on`,
    },
  );
  throw invalidLogin();
}

/** Opens a session for a user who has proved who he is, and sets its cookie. */
function openFor(user: User, locale: string, call: Call): Session {
  const { remoteAddress, userAgent } = call.http;
  const session = openSession(call.vc, user, { remoteAddress, userAgent, locale }, call.cause);
  call.http.setSessionCookie(session.cookie);
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
      if (user) return userSession(openFor(user, locale, call));
      // observed: a failed login sets a cookie too
      http.setSessionCookie(vc.sessions.newCookie());
      postBadLogin(vc, params.userName, http.remoteAddress, call.cause);
      throw invalidLogin();
    },

    /** A single sign-on token in the WS-Security header of the request takes the place of name and password. documented */
    async LoginByToken(_object, params, call) {
      const { vc, http } = call;
      refuseSecondLogin(call);
      const locale = localeOf(params.locale, call);
      const subject = await vc.tokens.subjectOf(http.body);
      const user = subject === undefined ? undefined : vc.authorization.directory.user(subject);
      if (user) return userSession(openFor(user, locale, call));
      http.setSessionCookie(vc.sessions.newCookie());
      throw invalidLogin();
    },

    Logout(_object, _params, call) {
      logOut(call.vc, current(call), call.cause);
    },

    AcquireCloneTicket: (_object, _params, call) => call.vc.sessions.issueTicket(current(call)),

    CloneSession(_object, { cloneTicket }, call) {
      refuseSecondLogin(call);
      const original = call.vc.sessions.redeemTicket(cloneTicket);
      if (!original) throw invalidLogin();
      return userSession(openFor(original.user, original.locale, call));
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
          { sessionId: session.key, terminatedUsername: principalName(session.user.username) },
          {
            user: call.user,
            cause: call.cause,
            message: `A session for user '${principalName(session.user.username)}' has stopped`,
          },
        );
      }
    },
  },
});
