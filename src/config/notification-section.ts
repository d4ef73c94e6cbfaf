import { z } from "zod";
import { FINDING_CODES } from "../domain/finding.ts";
import type { Opening, Verdict } from "../domain/opening.ts";
import { parsePortRange } from "../domain/security-rule.ts";
import type { PortRange } from "../domain/security-rule.ts";
import { channelSetting, workspaceSetting } from "./slack-section.ts";
import { guidSetting, textSetting } from "./setting-forms.ts";
import { conversationSetting } from "./teams-section.ts";

const PLATFORMS = ["slack", "teams", "terminal"] as const;
/** What names a channel for good; a name of the terminal may be any. */
const IDENTITIES = {
  slack: { workspace: workspaceSetting(), channel: channelSetting() },
  teams: { workspace: guidSetting(), channel: conversationSetting() },
  terminal: null,
};
const KINDS = ["jit", "direct"] as const satisfies readonly Opening["kind"][];
const VERDICTS = [
  "certain",
  "likely",
  "ambiguous",
  "unattributed",
] as const satisfies readonly Verdict[];

/** The section `notifications`. */
export function notificationSection() {
  const filter = z
    .strictObject({
      "azure-subscriptions": z
        .array(guidSetting())
        .prefault([])
        .describe("Only these Azure subscriptions, by ID.")
        .meta({ examples: [["aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"]] }),
      "resource-groups": z
        .array(textSetting("name").transform((name) => name.toLowerCase()))
        .prefault([])
        .describe("Only these resource groups, of the VM or the NSG.")
        .meta({ examples: [["rg-production"]] }),
      vms: z
        .array(textSetting("name or pattern"))
        .prefault([])
        .describe(
          "Only these VMs: names, with `*` for any run of characters. A value that begins with `*` needs quotes.",
        )
        .meta({ examples: [["vm-prod-*"]] }),
      ports: z
        .array(portRangeSetting())
        .prefault([])
        .describe("Only openings that share a port with one of these.")
        .meta({ examples: [[3389, "5985-5986"]] }),
      kinds: z
        .array(z.enum(KINDS))
        .prefault(["jit"])
        .describe("Openings of these kinds: by JIT, or by anybody's own write.")
        .meta({ examples: [["direct"]] }),
      verdicts: z
        .array(z.enum(VERDICTS))
        .prefault([])
        .describe("Only openings whose person is known this well.")
        .meta({ examples: [["ambiguous", "unattributed"]] }),
      findings: z
        .array(z.enum(FINDING_CODES))
        .prefault([])
        .describe("Only openings with one of these findings.")
        .meta({ examples: [["any-source"]] }),
    })
    .transform((own) => ({
      azureSubscriptions: own["azure-subscriptions"],
      resourceGroups: own["resource-groups"],
      vms: own.vms,
      ports: own.ports,
      kinds: own.kinds,
      verdicts: own.verdicts,
      findings: own.findings,
    }))
    .prefault({})
    .describe("Which openings ring. Every key narrows; without any, all JIT openings do.");
  const channel = z
    .strictObject({
      platform: z
        .enum(PLATFORMS)
        .describe("The chat platform.")
        .meta({ examples: ["slack"] }),
      workspace: z
        .string({ error: "must be a text" })
        .prefault("")
        .describe(
          "The platform's identity of the workspace: `T…` for Slack, the tenant's ID for Teams, nothing for the terminal.",
        )
        .meta({ title: "text", examples: ["T0123456789"] }),
      channel: textSetting("text")
        .describe("The platform's identity of the channel.")
        .meta({ examples: ["C0123456789"] }),
    })
    .transform((own, context) => {
      const identities = IDENTITIES[own.platform];
      // A channel has one name only if its workspace is always told.
      const workspace = identities?.workspace.safeParse(own.workspace);
      const channel = identities?.channel.safeParse(own.channel);
      for (const [key, parsed] of [
        ["workspace", workspace],
        ["channel", channel],
      ] as const) {
        const message = parsed?.error?.issues[0]?.message;
        if (message !== undefined) {
          context.addIssue({ code: "custom", message, path: [key] });
        }
      }
      return {
        ...own,
        workspace: workspace?.data ?? own.workspace,
        channel: channel?.data ?? own.channel,
      };
    })
    .describe("Where the notifications are posted.");
  return z
    .array(z.strictObject({ channel, filter }))
    .prefault([])
    .describe("Channels that are notified, besides those where people asked for it themselves.");
}

function portRangeSetting() {
  const wrong = 'must be a port, a range such as 5985-5986, or "*"';
  return z
    .union(
      [z.int({ error: wrong }).min(0, { error: wrong }).max(65_535, { error: wrong }), z.string()],
      { error: wrong },
    )
    .transform((value, context): PortRange => {
      const range = parsePortRange(String(value));
      if (range === null) {
        context.addIssue({ code: "custom", message: wrong });
        return z.NEVER;
      }
      return range;
    })
    .meta({ title: "port or range" });
}
