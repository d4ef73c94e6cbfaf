import { onTestFinished } from "vitest";
import { startDemo } from "../../src/app/demo.ts";
import type { Demo } from "../../src/app/demo.ts";
import type { ChannelRef } from "../../src/domain/notification.ts";
import type { ChatAdapter } from "../../src/ports.ts";
import { SYSTEM_CLOCK, SYSTEM_RANDOM } from "../../src/system-clock.ts";

/** So many times as fast as real time, so that what the outbox waits for in minutes takes a moment. */
const SPEED = 300;

/** The whole program, on a tenant in which nothing happens but what a test does. */
export class QuietTenant {
  readonly #demo: Demo;
  readonly #vm: string;

  /** Every opening rings in the channel; all ends with the test. */
  static async start(chat: ChatAdapter, channel: ChannelRef): Promise<QuietTenant> {
    const demo = await startDemo({
      speed: SPEED,
      seed: 1,
      profile: {
        kind: "generated",
        size: {
          subscriptions: 1,
          vms: 1,
          people: 2,
          requests: 0,
          acts: 0,
          noise: 0,
          days: 1,
          rules: 1,
          groups: 0,
        },
        traps: {},
      },
      wall: SYSTEM_CLOCK,
      random: SYSTEM_RANDOM,
      zone: "UTC",
      chats: [chat],
      channel,
      onProblem: () => {},
    });
    onTestFinished(async () => demo.stop());
    await demo.service.caughtUp;
    await demo.service.listen();
    return new QuietTenant(demo);
  }

  private constructor(demo: Demo) {
    this.#demo = demo;
    this.#vm = demo.vms[0] ?? "";
  }

  /** Somebody asks for a port, at the sandbox's front desk. */
  async open(port: number): Promise<void> {
    const url = `${this.#demo.sandbox.frontDesk}/open?vm=${this.#vm}&port=${port}&minutes=180`;
    const response = await fetch(url, { method: "POST" });
    if (response.status !== 202) {
      throw new Error(`The front desk refuses: ${await response.text()}`);
    }
  }

  /** Waits until there is nothing more to tell, and something was told. */
  async untilTold(): Promise<void> {
    for (;;) {
      const outbox = await this.#demo.service.outbox();
      const { posted = 0, ...others } = outbox?.byState ?? {};
      if (posted > 0 && Object.values(others).every((count) => count === 0)) {
        return;
      }
      await SYSTEM_CLOCK.sleep(50);
    }
  }
}
