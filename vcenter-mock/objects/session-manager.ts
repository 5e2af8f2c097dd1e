import { type Session, userSession } from '../http/sessions.ts';
import type { Call } from '../vcenter.ts';
import { fault, invalidArgument } from '../vim/kernel/fault.ts';
import { implement } from '../vim/kernel/implementation.ts';

function current(call: Call): Session {
  if (!call.session) {
    throw fault('NotAuthenticated', call.vc.assumed.notAuthenticated, {
      object: call.object.ref,
      privilegeId: 'System.View',
    });
  }
  return call.session;
}

export const sessionManager = implement('SessionManager', {
  derive: {
    sessionList: (_object, vc) => vc.sessions.list().map(userSession),
    message: () => '',
    messageLocaleList: () => ['en'],
    supportedLocaleList: () => ['en', 'de', 'fr', 'ja', 'ko', 'zh_CN'],
    defaultLocale: () => 'en',
  },
  methods: {
    Login(_object, params, call) {
      const { vc, http } = call;
      const user = vc.sessions.authenticate(params.userName, params.password);
      if (!user) {
        // observed: a failed login sets a cookie too
        http.setSessionCookie(vc.sessions.newCookie());
        vc.events.post(
          'BadUsernameSessionEvent',
          { ipAddress: http.remoteAddress },
          {
            user: params.userName,
            cause: call.cause,
            message: `Cannot login ${params.userName}@${http.remoteAddress}`,
          },
        );
        // observed text
        throw fault('InvalidLogin', 'Cannot complete login due to an incorrect user name or password.');
      }
      const session = vc.sessions.open(user, {
        remoteAddress: http.remoteAddress,
        userAgent: http.userAgent,
        locale: params.locale ?? 'en',
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
      return userSession(session);
    },

    Logout(_object, _params, call) {
      const session = current(call);
      call.vc.sessions.close(session);
      call.vc.events.post(
        'UserLogoutSessionEvent',
        {
          ipAddress: session.remoteAddress,
          userAgent: session.userAgent,
          callCount: session.callCount,
          sessionId: session.key,
          loginTime: new Date(session.loginTime),
        },
        { user: session.user.username, cause: call.cause, message: `User ${session.user.username} logged out` },
      );
    },

    SessionIsActive: (_object, params, { vc }) =>
      vc.sessions
        .list()
        .some((session) => session.key === params.sessionID && session.user.username === params.userName),

    SetLocale(_object, params, call) {
      current(call).locale = params.locale;
    },

    TerminateSession(_object, params, call) {
      for (const id of params.sessionId) {
        const session = call.vc.sessions.list().find((candidate) => candidate.key === id);
        if (!session) throw fault('NotFound', call.vc.assumed.notFound);
        // documented: a session cannot end itself this way
        if (session === call.session) throw invalidArgument('sessionId');
        call.vc.sessions.close(session);
      }
    },
  },
});
