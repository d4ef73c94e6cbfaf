import { SlackFailure } from "./failure.ts";
import { required } from "./method.ts";
import type { Method, MethodCall } from "./method.ts";
import type { FakeUser } from "./world.ts";

function shown(user: FakeUser, call: MethodCall): unknown {
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    real_name: user.realName,
    tz: user.zone,
    is_bot: user.isBot,
    is_restricted: user.guest,
    is_ultra_restricted: false,
    // Whoever is in a channel of the app, be it a shared one, is no stranger.
    is_stranger:
      user.team !== call.workspace.team &&
      ![...call.workspace.channels.values()].some(({ members }) => members.has(user.id)),
    ...(user.enterprise === null
      ? {}
      : { enterprise_user: { id: user.id, enterprise_id: user.enterprise } }),
    deleted: false,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      // Without its scope, the address is left out.
      ...(call.token.scopes.has("users:read.email") && user.mail !== null
        ? { email: user.mail }
        : {}),
    },
  };
}

/** The methods on people, and on the token itself. */
export const PEOPLE_METHODS: Readonly<Record<string, Method>> = {
  "auth.test": {
    kind: "bot",
    scopes: () => [],
    run: ({ workspace }) => ({
      url: `https://${workspace.domain}.slack.com/`,
      team: workspace.domain,
      team_id: workspace.team,
      user: workspace.bot.name,
      user_id: workspace.bot.id,
      bot_id: workspace.botId,
      is_enterprise_install: false,
      ...(workspace.enterprise === null ? {} : { enterprise_id: workspace.enterprise }),
    }),
  },
  "usergroups.users.list": {
    kind: "bot",
    scopes: () => ["usergroups:read"],
    run: (call) => {
      const members = call.workspace.groups.get(required(call, "usergroup"));
      if (members === undefined) {
        throw new SlackFailure("no_such_subteam");
      }
      return { users: [...members] };
    },
  },
  "users.info": {
    kind: "bot",
    scopes: () => ["users:read"],
    run: (call) => {
      const user = call.workspace.users.get(required(call, "user"));
      if (user === undefined) {
        throw new SlackFailure("user_not_found");
      }
      return { user: shown(user, call) };
    },
  },
  "users.lookupByEmail": {
    kind: "bot",
    scopes: () => ["users:read.email"],
    run: (call) => {
      const mail = required(call, "email").toLowerCase();
      const user = [...call.workspace.users.values()].find(
        (one) => one.mail?.toLowerCase() === mail,
      );
      if (user === undefined) {
        throw new SlackFailure("users_not_found");
      }
      return { user: shown(user, call) };
    },
  },
};
