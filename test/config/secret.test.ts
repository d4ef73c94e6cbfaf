import { format, inspect } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../../src/config/secret.ts";

const PASSWORD = "hunter2-hunter2";

test("a secret is revealed only where it is asked for", () => {
  expect(new Secret(PASSWORD).reveal()).toBe(PASSWORD);
});

test.each<readonly [string, (secret: Secret) => string]>([
  ["text", (secret) => String(secret)],
  ["a part of a text", (secret) => `password ${secret.toString()}`],
  ["JSON", (secret) => JSON.stringify({ nested: [secret] })],
  ["an inspection", (secret) => inspect({ nested: { deeper: secret } }, { depth: 9 })],
  ["an inspection of what is hidden", (secret) => inspect(secret, { showHidden: true })],
  ["a log line", (secret) => format("%s %o %O %j", secret, secret, secret, secret)],
  ["its keys and values", (secret) => JSON.stringify(Object.entries(secret))],
  ["a copy", (secret) => JSON.stringify(Object.assign({}, secret))],
])("a secret does not show in %s", (_, show) => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 8 }).map((text) => `${PASSWORD}${text}`),
      (text) => {
        expect(show(new Secret(text))).not.toContain(PASSWORD);
      },
    ),
  );
});
