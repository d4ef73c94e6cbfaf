import * as fc from "fast-check";
import { expect, test } from "vitest";
import { PersonalTurns } from "../../src/ask/personal-turns.ts";

test("one person's work is done two at once, in its order, and others wait for none of it", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom("a", "b"), { maxLength: 12 }),
      async (scheduler, people) => {
        const turns = new PersonalTurns(2);
        const running = new Map<string, number>();
        const begun: string[] = [];
        const work = people.map((person, index) =>
          turns.take(person, async () => {
            const now = (running.get(person) ?? 0) + 1;
            expect(now).toBeLessThanOrEqual(2);
            running.set(person, now);
            begun.push(`${person} ${index}`);
            await scheduler.schedule(Promise.resolve());
            running.set(person, (running.get(person) ?? 0) - 1);
            return index;
          }),
        );
        await scheduler.waitAll();
        expect(await Promise.all(work)).toEqual(people.map((_, index) => index));
        for (const person of ["a", "b"]) {
          const own = begun.filter((one) => one.startsWith(person));
          const asked = people.flatMap((one, index) =>
            one === person ? [`${person} ${index}`] : [],
          );
          expect(own).toEqual(asked);
        }
        expect(turns.size).toBe(0);
      },
    ),
  );
});

test("work that never ends holds up nobody else", async () => {
  const turns = new PersonalTurns(1);
  void turns.take("a", () => new Promise(() => {}));
  void turns.take("a", () => Promise.resolve("never"));
  expect(await turns.take("b", () => Promise.resolve("done"))).toBe("done");
});

test("work that fails gives its turn on", async () => {
  const turns = new PersonalTurns(1);
  const failing = turns.take("a", () => Promise.reject(new Error("planted")));
  const next = turns.take("a", () => Promise.resolve("done"));
  await expect(failing).rejects.toThrow("planted");
  expect(await next).toBe("done");
  expect(turns.size).toBe(0);
});
