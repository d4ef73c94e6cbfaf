import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Opening } from "../../src/domain/opening.ts";
import { ALICE, PROVIDER, at, jitAllow, machine } from "../fixtures/cast.ts";
import { Story } from "../fixtures/story.ts";
import { eventsOf, trailOf } from "./tenant-feed.ts";

const VM = machine("rg-prod", "vm-x", "10.0.0.4");
const ID = "514229001-A0B1C2D3E4F5460798A9BACBDCEDFE0F";
const OTHER_ID = "271828182-8459045235360287AB13CD24EF350617";

/** A log that begins with a request: no state of the NSG from before is in it. */
function openings(written: string, ids: readonly string[]): readonly Opening[] {
  const story = new Story(8);
  const nsg = story.nsg("rg-prod", "nsg-x");
  const end = at(24, "15:02:00");
  story.request(at(24, "14:02:10"), { vm: VM, by: ALICE, port: 3389, source: "203.0.113.1", end });
  const rules = ids.map((id) => jitAllow(VM, "3389", "203.0.113.1", id));
  story.writeNsg(at(24, written), nsg, rules, PROVIDER);
  return trailOf([eventsOf(z.array(z.unknown()).parse(JSON.parse(story.text())))]).openings;
}

describe("a rule without an earlier state of its NSG", () => {
  test("is dated by the request that the provider's write follows promptly", () => {
    expect(openings("14:02:51", [ID])).toMatchObject([
      {
        openedAt: at(24, "14:02:51"),
        openedAtExact: true,
        attribution: { verdict: "certain", actor: { name: "alice@contoso.com" } },
      },
    ]);
  });

  test("may have stood before where the write came late", () => {
    expect(openings("14:20:00", [ID])).toMatchObject([
      { openedAtExact: false, attribution: { verdict: "likely" } },
    ]);
  });

  test("may have stood before where another rule could be the request's", () => {
    const [one, other] = openings("14:02:51", [ID, OTHER_ID]);
    for (const opening of [one, other]) {
      expect(opening).toMatchObject({
        openedAtExact: false,
        attribution: { verdict: "likely", actor: { name: "alice@contoso.com" } },
      });
    }
  });
});
