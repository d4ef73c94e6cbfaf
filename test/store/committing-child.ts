import { openSqliteStore } from "../../src/store/open-sqlite-store.ts";
import { opening } from "../ask/trail-builder.ts";
import { change, event, notification, received } from "../contracts/store/changes.ts";
import { StandingClock } from "../contracts/store/ground.ts";

/** Stores page after page from where the store left off, and says which ones are stored, until it is killed. */
const store = await openSqliteStore(process.argv[2] ?? "", { clock: new StandingClock() });
const last = await store.cursor("feed");
for (let page = last === null ? 0 : Number(last) + 1; ; page += 1) {
  await store.commit(
    change({
      feed: "feed",
      cursor: String(page),
      events: [received(event(`e-${page}`), "x".repeat(20_000))],
      openings: [opening({ id: `o-${page}` })],
      deliveries: [notification(`n-${page}`, [`o-${page}`])],
    }),
  );
  process.stdout.write(`${page}\n`);
}
