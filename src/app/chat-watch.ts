import { SECOND } from "../domain/instant.ts";
import type { Duration } from "../domain/instant.ts";
import type { ChatHealth, ChatState, Clock, Log } from "../ports.ts";

/** How often it is looked, in real time. */
const LOOK: Duration = SECOND;

/** Tells the log when a chat is connected, is no longer, or tells of another problem. */
export async function watchChats(
  chats: () => readonly ChatState[],
  log: Log,
  wall: Clock,
  signal: AbortSignal,
): Promise<void> {
  const states = new Map<string, ChatHealth["state"]>();
  const told = new Map<string, readonly string[]>();
  while (!signal.aborted) {
    for (const { platform, state, problems } of chats()) {
      const before = states.get(platform) ?? "stopped";
      if (state !== before) {
        states.set(platform, state);
        const isWorse = before === "connected" || state === "refused";
        log(isWorse ? "warning" : "info", STATES[state], { chat: platform });
      }
      for (const problem of problems) {
        if (told.get(platform)?.includes(problem) !== true) {
          log("warning", problem, { chat: platform });
        }
      }
      told.set(platform, problems);
    }
    await wall.sleep(LOOK, signal);
  }
}

const STATES: { readonly [state in ChatHealth["state"]]: string } = {
  stopped: "The chat is stopped.",
  connecting: "The chat is being connected.",
  connected: "The chat is connected.",
  refused: "The chat refuses Doorbell: a person must act.",
};
