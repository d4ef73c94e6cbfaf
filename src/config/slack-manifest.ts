import { parseDocument } from "yaml";
import { DoorbellError } from "../errors.ts";
import type { SlackConfiguration } from "./configuration.ts";

/** The comment of the template, which tells by hand what is filled in here. */
const LEAD =
  " Doorbell as a Slack app: api.slack.com/apps -> Create New App -> From a manifest. See docs/slack.md.";

/**
 * The manifest of the Slack app, filled in from the configuration.
 *
 * @param template `manifest/slack.yaml`, which fits one workspace and a socket.
 * @throws DoorbellError `configuration` when Slack is to post to an address that nobody said.
 */
export function slackManifest(
  template: string,
  {
    command,
    transport,
    identity,
    groups,
  }: Pick<SlackConfiguration, "command" | "groups" | "identity" | "transport">,
): string {
  const manifest = parseDocument(template);
  manifest.commentBefore = LEAD;
  manifest.setIn(["features", "slash_commands", 0, "command"], command);
  if (transport.kind === "http") {
    const { publicUrl } = transport;
    if (publicUrl === null) {
      throw new DoorbellError(
        "configuration",
        "The manifest needs the address under which Slack reaches Doorbell: set `slack.http.public-url`.",
      );
    }
    manifest.setIn(["settings", "socket_mode_enabled"], false);
    manifest.setIn(["features", "slash_commands", 0, "url"], publicUrl);
    manifest.setIn(["settings", "event_subscriptions", "request_url"], publicUrl);
    manifest.setIn(["settings", "interactivity", "request_url"], publicUrl);
  }
  if (identity.kind === "oauth") {
    manifest.setIn(["oauth_config", "redirect_urls"], [identity.redirectUri]);
    manifest.setIn(["settings", "token_rotation_enabled"], true);
  }
  if (groups.length > 0) {
    // Only this setting needs it, so the template is without.
    manifest.addIn(["oauth_config", "scopes", "bot"], "usergroups:read");
  }
  return manifest.toString({ lineWidth: 0 });
}
