import { expect, test } from "vitest";
import { withoutSecrets } from "../../src/domain/without-secrets.ts";

/** Put together here, so that no scanner of repositories takes them for real ones. */
const SLACK = ["xoxb", "1234", "abcdef"].join("-");
const APP = ["xapp", "1", "A1", "beef"].join("-");
const JWT = ["eyJ0eXAiOiJKV1Qi", "eyJhdWQiOiJ4In0", "c2ln"].join(".");
const HOOK = ["https://hooks.slack.com", "commands", "T1", "secret"].join("/");

test.each([
  [`refused ${SLACK}.`, "refused <token>"],
  [`the token ${APP} is no good`, "the token <token> is no good"],
  [`sent ${JWT} back`, "sent <token> back"],
  [`cut: ${JWT.slice(0, 14)}`, "cut: <token>"],
  ["cut: eyJ0.eyJh", "cut: <token>"],
  ["Authorization: bearer abc.def", "Authorization: Bearer <token>"],
  [
    "Endpoint=sb://x/;SharedAccessKey=abc+/=;EntityPath=y",
    "Endpoint=sb://x/;SharedAccessKey=<secret>;EntityPath=y",
  ],
  ["https://x.blob/y?sv=1&sig=abc%3D", "https://x.blob/y?sv=1&sig=<secret>"],
  ['{"client_secret": "abc"}', '{"client_secret": "<secret>"}'],
  ["wss://x/link?ticket=abc&app_id=1", "wss://x/link?ticket=<secret>&app_id=1"],
  ["https://x/callback?code=abc&state=def", "https://x/callback?code=<secret>&state=<secret>"],
  [`answer at ${HOOK}, please`, "answer at <response URL> please"],
  [`${SLACK} ${JWT} ${SLACK}`, "<token> <token> <token>"],
])("%s", (text, wanted) => {
  expect(withoutSecrets(text)).toBe(wanted);
});

test.each(["the code is 503", "no route to vm-x", "signature of rule sig-1", "eyJ"])(
  "%s stays as it is",
  (text) => {
    expect(withoutSecrets(text)).toBe(text);
  },
);
