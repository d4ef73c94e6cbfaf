/**
 * Loaded into the real program by `node --import`, before any of its own modules: gives it the story's clock,
 * kills it with SIGKILL when it comes by the step named in its environment for the n-th time, and plants the bug
 * named there. The program itself knows nothing of it.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import timers, { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { DatabaseStore } from "../../src/store/database-store.ts";
import { slackCall, STORE_CALL_NAMES, teamsCall } from "./steps.ts";
import { readCourse, storyTime } from "./story-clock.ts";

const {
  CRASH_CLOCK: clockFile = "",
  CRASH_AT = "",
  CRASH_COUNT = "1",
  CRASH_BUG = "",
} = process.env;
/** The call of the store in which something happens. */
const calls = new AsyncLocalStorage<string>();
let left = Number(CRASH_COUNT);

setClock();
if (CRASH_BUG !== "") {
  const { plantBug } = await import("./planted-bugs.ts");
  plantBug(CRASH_BUG);
}
watchStore();
watchCommits();
watchChats();

/** The program comes by a step, and perhaps no further. */
function step(name: string): void {
  if (name === CRASH_AT) {
    left -= 1;
    if (left <= 0) {
      process.kill(process.pid, "SIGKILL");
    }
  }
}

function setClock(): void {
  const machine = Date.now;
  const slept = sleep;
  let course = readCourse(clockFile);
  process.on("SIGUSR2", () => {
    course = readCourse(clockFile);
  });
  Date.now = () => storyTime(course, machine());
  Reflect.set(timers, "setTimeout", async (delay: number, value: unknown, options: object) =>
    slept(delay / course.speed, value, options),
  );
  syncBuiltinESMExports();
}

/** Lets something happen before and after a method, and around the whole of what it does. */
function wrap(
  prototype: object,
  method: string,
  around: (parameters: readonly unknown[], run: () => unknown) => unknown,
): void {
  const original: unknown = Reflect.get(prototype, method);
  if (typeof original !== "function") {
    throw new TypeError(`There is no method ${method} to be killed at.`);
  }
  Reflect.set(prototype, method, function wrapped(this: unknown, ...parameters: unknown[]) {
    return around(parameters, (): unknown => Reflect.apply(original, this, parameters));
  });
}

function watchStore(): void {
  for (const call of STORE_CALL_NAMES) {
    wrap(DatabaseStore.prototype, call, (_, run) => {
      step(`before ${call}`);
      const result = calls.run(call, run);
      if (isIterable(result)) {
        return watched(call, result);
      }
      return Promise.resolve(result).then((value) => {
        step(`after ${call}`);
        return value;
      });
    });
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

async function* watched(
  call: string,
  items: AsyncIterable<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  yield* items;
  step(`after ${call}`);
}

/** A transaction is about to be committed: everything is written, and nothing stays if it dies now. */
function watchCommits(): void {
  const about = (statement: unknown): void => {
    const call = calls.getStore();
    if (statement === "commit" && call !== undefined) {
      step(`within ${call}`);
    }
  };
  wrap(Client.prototype, "query", ([statement], run) => {
    about(statement);
    return run();
  });
  // SQLite's statements are prepared once and run often.
  wrap(DatabaseSync.prototype, "prepare", ([statement], run) => {
    const prepared = run();
    if (statement === "commit" && typeof prepared === "object" && prepared !== null) {
      for (const method of ["all", "run"]) {
        wrapOwn(prepared, method, () => {
          about(statement);
        });
      }
    }
    return prepared;
  });
}

function wrapOwn(target: object, method: string, before: () => void): void {
  const original: unknown = Reflect.get(target, method);
  if (typeof original === "function") {
    Reflect.set(target, method, (...parameters: unknown[]): unknown => {
      before();
      const result: unknown = Reflect.apply(original, target, parameters);
      return result;
    });
  }
}

/** Slack's client and the Bot Connector's both call through `fetch`. */
function watchChats(): void {
  const fetched = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    const call = slackCall(url) ?? teamsCall(init?.method ?? "GET", url);
    if (call === null) {
      return fetched(input, init);
    }
    step(`before ${call}`);
    const response = await fetched(input, init);
    step(`after ${call}`);
    return response;
  };
}
