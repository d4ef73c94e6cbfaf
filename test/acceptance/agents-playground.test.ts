import { chromium } from "playwright-core";
import type { Locator, Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { fixture } from "./exports.ts";
import { freePort } from "../adapters/slack/slack-sitting.ts";
import { PLAYGROUND, installedChromium, startPlayground } from "./playground/agents-playground.ts";
import { WatchedTenant } from "./watched-tenant.ts";

const BROWSER = installedChromium();
/** Folder for the pictures of docs/teams.md; they are drawn anew only where it is named. */
const PICTURES = process.env["DOORBELL_TEAMS_PICTURES"] ?? null;

/** A person in front of the playground. */
class Sitting {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async goTo(place: "Personal Chat" | "General" | "Doors"): Promise<void> {
    await this.#page.getByText(place, { exact: true }).first().click();
  }

  async says(text: string): Promise<void> {
    await this.#field().click();
    await this.#page.keyboard.type(text);
    await this.#page.keyboard.press("Enter");
  }

  /** Begins a post that mentions Doorbell. */
  async mentions(text: string): Promise<void> {
    await this.#field().click();
    await this.#page.keyboard.type("@");
    // Enter would post at once.
    await this.#page.getByRole("menuitem", { name: "Doorbell" }).click({ timeout: 10_000 });
    await this.#page.keyboard.type(` ${text}`);
    await this.#page.getByRole("button", { name: "Post", exact: true }).click();
  }

  /** The newest card that says that. */
  async card(said: RegExp): Promise<Locator> {
    const card = this.#page.locator(".ac-adaptiveCard").filter({ hasText: said }).last();
    await card.waitFor();
    return card;
  }

  /** Draws a card where pictures are wanted. */
  async draws(name: string, card: Locator): Promise<void> {
    if (PICTURES !== null) {
      await card.screenshot({ path: `${PICTURES}/teams-${name}.png` });
    }
  }

  #field(): Locator {
    return this.#page.locator("div[role=textbox][data-lexical-editor=true]").first();
  }
}

async function sitting(executablePath: string, address: string): Promise<Sitting> {
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  onTestFinished(async () => browser.close());
  const page = await browser.newPage({
    viewport: { width: 1500, height: 1400 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  await page.route(
    ({ hostname }) => hostname !== "127.0.0.1",
    async (route) => route.abort(),
  );
  await page.goto(address);
  return new Sitting(page);
}

test.runIf(BROWSER !== null)(
  `in Microsoft's Agents Playground (${BROWSER === null ? "not run: no Chromium is installed" : "in the Chromium that is installed"}), people ask, are notified and acknowledge`,
  async () => {
    const port = await freePort();
    const tenant = await WatchedTenant.start({
      more: `
teams:
  development-without-authentication: on
  tenant: ${PLAYGROUND.tenant}
  http: { port: ${port} }
  channels: all
  personal-chats: on
`,
    });
    // Two people behind one address asked alike, and nothing tells whose the rule is.
    expect(await tenant.run(["import", fixture("two-people-one-rule")])).toMatchObject({
      status: 0,
    });
    const program = tenant.serve();
    await program.until("stderr", /Doorbell serves\./);
    const endpoint = `http://127.0.0.1:${port}/api/messages`;
    const alex = await sitting(BROWSER ?? "", await startPlayground(endpoint, await freePort()));

    await alex.goTo("Personal Chat");
    await alex.says("help");
    await alex.card(/who opened/);

    await alex.goTo("Doors");
    await alex.mentions("notify here");
    await alex.card(/From now on this channel hears of every new JIT opening/);
    await tenant.open("vm=vm-jump&port=22&as=carol&why=INC-4411");
    const card = await alex.card(/carol@\S+ opened SSH \(22\) on vm-jump/);
    await alex.draws("notification", card);
    await card.getByRole("button", { name: "Acknowledge" }).click();
    const acknowledged = await alex.card(/Acknowledged by Alex Wilber/);
    await alex.draws("acknowledged", acknowledged);

    await alex.goTo("Personal Chat");
    await alex.says("who opened ssh on vm-jump in the last hour");
    const answer = await alex.card(/carol@\S+ opened SSH \(22\) on vm-jump/);
    await answer
      .getByRole("button", { name: /^show o-/ })
      .first()
      .click();
    await alex.draws("answer", await alex.card(/Why this verdict/));
    await alex.says("what did 203.0.113.1 open");
    const candidates = await alex.card(/Who it may have been/);
    const names = await candidates.innerText();
    expect(names).toContain("alice@contoso.com");
    expect(names).toContain("bob@contoso.com");
    await alex.draws("candidates", candidates);
    expect((await program.end("SIGTERM")).status).toBe(0);
  },
);
