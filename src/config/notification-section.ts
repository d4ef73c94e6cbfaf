import { z } from "zod";
import { FINDING_CODES } from "../domain/finding.ts";
import type { Opening, Verdict } from "../domain/opening.ts";
import { parsePortRange } from "../domain/security-rule.ts";
import type { PortRange } from "../domain/security-rule.ts";
import { guidSetting, textSetting } from "./setting-forms.ts";

const PLATFORMS = ["terminal"] as const;
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
        .array(portSetting())
        .prefault([])
        .describe("Only openings that share a port with one of these.")
        .meta({ examples: [[3389, "5985-5986"]] }),
      kinds: z
        .array(z.enum(KINDS))
        .prefault([])
        .describe("Openings of these kinds: by JIT, or by anybody's own write. Without it: by JIT.")
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
    .describe("Which openings ring. Every key narrows; without any, every one by JIT does.");
  const channel = z
    .strictObject({
      platform: z
        .enum(PLATFORMS)
        .describe("The chat platform.")
        .meta({ examples: ["terminal"] }),
      workspace: z
        .string({ error: "must be a text" })
        .prefault("")
        .describe("The platform's identity of the workspace, where it has several.")
        .meta({ title: "text", examples: ["T0123456789"] }),
      channel: textSetting("text")
        .describe("The platform's identity of the channel.")
        .meta({ examples: ["main"] }),
    })
    .describe("Where the notifications are posted.");
  return z
    .array(z.strictObject({ channel, filter }))
    .prefault([])
    .describe("Channels that are notified, besides those where people asked for it themselves.");
}

function portSetting() {
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
