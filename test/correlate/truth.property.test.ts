import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ActivityEvent } from "../../src/domain/activity-event.ts";
import { sameSources } from "../../src/domain/address-prefix.ts";
import { MINUTE } from "../../src/domain/instant.ts";
import type { Opening } from "../../src/domain/opening.ts";
import { portText, ruleKey } from "../../src/domain/security-rule.ts";
import type { Truth, TrueOpening } from "../../src/sandbox/truth.ts";
import type { Story } from "./tenant-feed.ts";
import { storyTeller } from "./tenant-feed.ts";

const FOREVER = Number.POSITIVE_INFINITY;
const storyOf = storyTeller(["lost-operation", "borrowed-correlation"]);
/** One draw of tenants for every property, so that each is generated and told once. */
const [draw = 0] = fc.sample(fc.integer(), 1);

/** Tenants that once caught the correlator: removals that failed unseen, writes that overlap, lost rows. */
const CAUGHT: [number][] = [
  2075686778, 334488109, 885275631, 1152700873, 1559604786, 445569894, 132303246, 1663314494,
  380270280, 980303625, 1206738134, 384347208, 1505817268, 1991043431, 1098459874,
].map((seed) => [seed]);

/** What the trail says, beside what happened, for tenants whose log hides no operation as a whole. */
function forEveryTenant(check: (story: Story) => void): void {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      check(storyOf(seed));
    }),
    { numRuns: 1500, seed: draw, examples: CAUGHT },
  );
}

function isSameRule(opening: Opening, truth: TrueOpening): boolean {
  return (
    opening.nsg.key === truth.nsg.toLowerCase() &&
    ruleKey(opening.rule.name) === ruleKey(truth.rule) &&
    portText(opening.port) === truth.port
  );
}

function overlaps(opening: Opening, truth: TrueOpening): boolean {
  return (
    opening.openedAt <= (truth.closedAt ?? FOREVER) + MINUTE &&
    truth.openedAt <= (opening.closedAt ?? FOREVER) + MINUTE
  );
}

/** The true opening that stood when the trail says that the port opened; undefined when none did. */
function truthBehind(opening: Opening, { openings }: Truth): TrueOpening | undefined {
  return openings
    .filter((one) => isSameRule(opening, one) && overlaps(opening, one))
    .filter((one) => sameSources(opening.rule.sources, one.sources))
    .filter((one) => one.openedAt <= opening.openedAt + MINUTE)
    .at(-1);
}

/** The openings of writes that are not known to have failed, and that the log can tell from others. */
function openingsTold({ trail, tenant, events }: Story): Opening[] {
  const failed = new Set(tenant.truth.failedWrites.flatMap(({ startedRows }) => startedRows));
  return trail.openings.filter(
    (opening) =>
      (opening.outcomeSeen || !opening.events.some((id) => failed.has(id))) &&
      !isFirstSightOfRule(opening, events),
  );
}

/**
 * Whether a single-rule write is the first that the log knows of its rule. Such a write counts as the
 * opening, although the same rule may have stood.
 */
function isFirstSightOfRule(opening: Opening, events: readonly ActivityEvent[]): boolean {
  const own = events.filter(({ id }) => opening.events.includes(id));
  const done = new Set(
    events.flatMap(({ status, operationId }) =>
      status === "accepted" || status === "succeeded" ? [operationId] : [],
    ),
  );
  const isKnown = events.some(
    ({ at, resource, detail, operationId }) =>
      at < opening.openedAt &&
      resource.key === opening.nsg.key &&
      done.has(operationId) &&
      (detail.kind === "nsg-delete" ||
        (detail.kind === "nsg-write" && detail.ruleSet.completeness === "complete")),
  );
  return !isKnown && own.some(({ detail }) => detail.kind === "rule-write");
}

/** Whether the rows that the log kept of the request behind an opening tell of its VM. */
function isRequestTold(real: TrueOpening | undefined, { trail }: Story): boolean {
  const request = real?.request ?? null;
  return (
    request === null ||
    trail.requests.some(
      ({ correlationIds, targets }) =>
        correlationIds.includes(request.correlationId) &&
        (targets.length === 0 || targets.some(({ vm }) => vm.key === real?.vm?.toLowerCase())),
    )
  );
}

describe("the trail beside what happened", () => {
  test("An exact time is within a minute of an opening of that rule and port.", () => {
    forEveryTenant((story) => {
      const { truth } = story.tenant;
      for (const opening of openingsTold(story)) {
        const off = truth.openings
          .filter((one) => isSameRule(opening, one))
          .map((one) => Math.abs(one.openedAt - opening.openedAt));
        expect(off).not.toEqual([]);
        expect(opening.openedAtExact ? Math.min(...off) : 0).toBeLessThanOrEqual(MINUTE);
      }
    });
  });

  test("A certain verdict names the right person.", () => {
    forEveryTenant((story) => {
      const { truth } = story.tenant;
      const certain = openingsTold(story).filter(
        (one) =>
          one.attribution.verdict === "certain" && isRequestTold(truthBehind(one, truth), story),
      );
      for (const opening of certain) {
        const { actor } = opening.attribution;
        const real = truthBehind(opening, truth)?.person;
        const names = [real?.objectId, real?.name.toLowerCase()];
        expect(names).toContain(actor?.objectId ?? actor?.name.toLowerCase());
      }
    });
  });

  test("Whether JIT wrote a rule is right where the log dates the rule and proves its writer.", () => {
    forEveryTenant((story) => {
      const { truth } = story.tenant;
      const proven = openingsTold(story).filter(
        ({ openedAtExact, attribution }) =>
          openedAtExact && !attribution.reasons.some(({ code }) => code === "writer-unproven"),
      );
      for (const opening of proven) {
        expect(opening.kind).toBe(truthBehind(opening, truth)?.kind);
      }
    });
  });

  test("Every opening that a whole body in the log shows is found.", () => {
    forEveryTenant(({ trail: { openings }, tenant: { truth } }) => {
      for (const one of truth.openings) {
        const isShown = one.openingRows.length + one.laterRows.length > 0;
        const isFound = openings.some(
          (opening) => isSameRule(opening, one) && overlaps(opening, one),
        );
        expect(isFound).toBe(isShown || isFound);
      }
    });
  });

  test("Nothing is called open past its end where the log shows its end.", () => {
    forEveryTenant((story) => {
      const { truth } = story.tenant;
      for (const opening of openingsTold(story)) {
        const isCalled = opening.findings.some(
          ({ code, severity }) => code === "open-past-end" && severity === "critical",
        );
        // A rule that came back under its name hides the end of the one before it.
        const mayStand = truth.openings.some(
          (one) =>
            isSameRule(opening, one) && overlaps(opening, one) && one.closingRows.length === 0,
        );
        expect(isCalled).toBe(isCalled && mayStand);
      }
    });
  });

  test("An exact end is within a minute of an end of that rule and port.", () => {
    forEveryTenant((story) => {
      for (const opening of openingsTold(story)) {
        const off = story.tenant.truth.openings
          .filter((one) => isSameRule(opening, one))
          .map((one) => Math.abs((one.closedAt ?? FOREVER) - (opening.closedAt ?? FOREVER)));
        expect(opening.closedAtExact ? Math.min(...off) : 0).toBeLessThanOrEqual(MINUTE);
      }
    });
  });

  test("Nothing that stands, and that a whole body in the log shows, is called closed.", () => {
    forEveryTenant(({ trail: { openings }, tenant: { truth } }) => {
      const standing = truth.openings.filter(
        (one) => one.closedAt === null && one.openingRows.length + one.laterRows.length > 0,
      );
      for (const one of standing) {
        const last = openings.filter((opening) => isSameRule(opening, one)).at(-1);
        expect(last).toMatchObject({ closedAt: null });
      }
    });
  });
});
