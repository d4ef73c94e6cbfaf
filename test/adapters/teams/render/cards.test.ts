import { expect, test } from "vitest";
import { renderMessage } from "../../../../adapters/teams/render/render.ts";
import { HOUR } from "../../../../src/domain/instant.ts";
import { notificationMessage } from "../../../../src/message/notification-message.ts";
import { withReactions } from "../../../../src/message/notification-reactions.ts";
import { eventsOf, trailOf } from "../../../correlate/tenant-feed.ts";
import { STORIES } from "../../../fixtures/stories.ts";
import { checkCard } from "../../../fakes/teams/card-check.ts";
import { cardText } from "../../../fakes/teams/reading.ts";

/** A notification that nobody has reacted to. */
const NOBODY = { key: "n-000000000000", acknowledgement: null, silences: [] };
/** Openings less than this apart are one card here, as one burst would be. */
const BURST = HOUR;

test.each(Object.entries(STORIES))(
  "the cards of %s are as they were looked at (`npx vitest -u` writes them anew)",
  async (name, story) => {
    const rows: unknown = JSON.parse(story());
    const { openings } = trailOf([eventsOf(Array.isArray(rows) ? rows : [])]);
    const bursts = new Map<number, (typeof openings)[number][]>();
    for (const opening of openings) {
      const key = Math.floor(opening.openedAt / BURST);
      bursts.set(key, [...(bursts.get(key) ?? []), opening]);
    }
    const cards = [...bursts.values()].map((burst) =>
      renderMessage(withReactions(notificationMessage(burst, []), burst, NOBODY), {
        key: NOBODY.key,
        maybeRepeated: false,
        mentions: true,
      }),
    );
    for (const { card } of cards) {
      expect(checkCard(card)).toEqual([]);
    }
    await expect(`${JSON.stringify(cards, null, 2)}\n`).toMatchFileSnapshot(
      `../../../fixtures/${name}/card-teams.json`,
    );
    const seen = cards.map(({ card }) => cardText(card, "Europe/Berlin")).join("\n\n---\n\n");
    await expect(`${seen}\n`).toMatchFileSnapshot(`../../../fixtures/${name}/card-teams.txt`);
  },
);
