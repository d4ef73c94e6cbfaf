import { writeFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import nock from "nock";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AzureFault } from "../../src/azure/azure-fault.ts";
import type { CredentialSettings } from "../../src/azure/credentials.ts";
import { signInFault, tenantKeys } from "../../src/azure/sign-in-fault.ts";
import { MINUTE, SECOND } from "../../src/domain/instant.ts";
import {
  allowSignIn,
  ARM,
  connection,
  LOGIN,
  networkError,
  openIdConfiguration,
  openIdDocument,
  SECRET_TEXT,
  TENANT,
  TOKEN,
  tokenRequest,
} from "./azure-wire.ts";
import { LeapClock } from "./leap-clock.ts";

const SCOPE = `${ARM}/.default`;

beforeEach(() => {
  nock.disableNetConnect();
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

/** Why there is no token. */
async function faultOf(credential?: CredentialSettings): Promise<AzureFault> {
  const azure = connection(credential === undefined ? {} : { credential });
  const error: unknown = await azure.credential.getToken(SCOPE).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AzureFault)) {
    throw new Error("there was no fault", { cause: error });
  }
  return error;
}

function entraRefuses(code: number, words: string): void {
  openIdConfiguration().reply(200, openIdDocument());
  tokenRequest().reply(401, {
    error: "invalid_client",
    error_description: `AADSTS${code}: ${words} Trace ID: 1 Correlation ID: 2`,
    error_codes: [code],
  });
}

describe("why there is no token, in one line that names what to change", () => {
  test.each([
    [
      7000215,
      "azure.tenants[0].credential.client-secret is wrong: it must be the secret's value, not its ID (AADSTS7000215).",
    ],
    [
      7000222,
      "azure.tenants[0].credential.client-secret has expired: make a new one for the app registration (AADSTS7000222).",
    ],
    [
      700016,
      "there is no application azure.tenants[0].credential.client-id in this tenant: check it and azure.tenants[0].id (AADSTS700016).",
    ],
    [
      90002,
      "there is no tenant azure.tenants[0].id in this cloud: check it and azure.cloud (AADSTS90002).",
    ],
    [
      53003,
      "a Conditional Access policy of the tenant keeps azure.tenants[0].credential out (AADSTS53003).",
    ],
    [999999, "Entra refuses azure.tenants[0].credential: Something 100% new (AADSTS999999)."],
  ])("Entra's code %i", async (code, words) => {
    entraRefuses(code, "Something 100% new. More of it.");
    const fault = await faultOf();
    expect(fault.message).toBe(`Doorbell cannot sign in to Azure: ${words}`);
    expect(fault.kind).toBe("credentials");
  });

  test("a tenant that Entra does not know is told from the tenant's own document", async () => {
    openIdConfiguration().reply(400, {
      error: "invalid_tenant",
      error_description: `AADSTS90002: Tenant '${TENANT}' not found.`,
    });
    expect((await faultOf()).message).toContain("there is no tenant azure.tenants[0].id");
  });

  test.each([
    [
      "ENOTFOUND",
      "The host login.example.test cannot be found (ENOTFOUND): check the network, its DNS, and azure.cloud.",
    ],
    [
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "The TLS certificate of login.example.test is not accepted (UNABLE_TO_VERIFY_LEAF_SIGNATURE): where a proxy or a private cloud has an authority of its own, name its certificate in NODE_EXTRA_CA_CERTS.",
    ],
    [
      "ECONNREFUSED",
      "login.example.test cannot be reached (ECONNREFUSED): check the network, its proxy settings, and azure.cloud.",
    ],
  ])("an authority that fails with %s, at either step", async (code, words) => {
    openIdConfiguration().replyWithError(networkError(code));
    expect(await faultOf()).toMatchObject({ kind: "unreachable", message: words });
    openIdConfiguration().reply(200, openIdDocument());
    tokenRequest().replyWithError(networkError(code));
    expect(await faultOf()).toMatchObject({ kind: "unreachable", message: words });
  });

  test("an authority that is out of order", async () => {
    openIdConfiguration().reply(200, openIdDocument());
    tokenRequest().reply(503, "busy");
    expect(await faultOf()).toMatchObject({
      kind: "unreachable",
      message:
        "login.example.test gives no tokens for the time being (HTTP 503); it is tried again.",
    });
  });

  test("a certificate file that is not there", async () => {
    const fault = await faultOf({
      kind: "client-certificate",
      clientId: "22222222-0000-0000-0000-000000000001",
      certificate: "/nowhere/azure.pem",
      password: null,
    });
    expect(fault.message).toBe(
      "Doorbell cannot sign in to Azure: azure.tenants[0].credential.certificate cannot be used (ENOENT: no such file or directory, open '/nowhere/azure.pem').",
    );
  });

  test("a workload identity where there is none", async () => {
    const fault = await faultOf({
      kind: "workload-identity",
      clientId: null,
      tokenFile: "/nowhere/token",
    });
    expect(fault.message).toMatch(
      /^Doorbell cannot sign in to Azure: azure\.tenants\[0\]\.credential finds no workload identity here/,
    );
  });

  test("a managed identity where there is none", async () => {
    nock("http://169.254.169.254").persist().get(/.*/).reply(400, {
      error: "invalid_request",
      error_description: "Identity not found",
    });
    const fault = await faultOf({ kind: "managed-identity", clientId: null });
    expect(fault.message).toMatch(
      /^Doorbell cannot sign in to Azure: this machine has no such managed identity/,
    );
  });
});

test.each([
  [
    "default" as const,
    "no Azure credential was found: run `az login`, or choose one in azure.tenants[0].credential.",
  ],
  [
    "azure-cli" as const,
    "the Azure CLI is not signed in: run `az login` (Azure CLI could not be found).",
  ],
])("a machine without %s", (kind, words) => {
  const error = new Error("Azure CLI could not be found. Visit a page.\nAnd more");
  const fault = signInFault(error, null, kind, tenantKeys("azure.tenants[0]"));
  expect(fault.message).toBe(`Doorbell cannot sign in to Azure: ${words}`);
});

test("the secret shows in no error, however deep one looks", async () => {
  entraRefuses(7000215, "Invalid client secret provided.");
  const fault = await faultOf();
  const whole = inspect(fault, { depth: 20, showHidden: true }) + JSON.stringify(fault);
  expect(whole).toContain("AADSTS7000215");
  expect(whole).not.toContain(SECRET_TEXT);
});

test("the secret goes to Entra and nowhere else", async () => {
  let sent = "";
  openIdConfiguration().reply(200, openIdDocument());
  nock(LOGIN)
    .post(`/${TENANT}/oauth2/v2.0/token`, (body: unknown) => {
      sent = JSON.stringify(body);
      return true;
    })
    .query(true)
    .reply(200, { token_type: "Bearer", expires_in: 3600, access_token: TOKEN });
  const azure = connection();
  expect((await azure.credential.getToken(SCOPE)).token).toBe(TOKEN);
  expect(sent).toContain(SECRET_TEXT);
  expect(inspect(azure, { depth: 3 })).not.toContain(SECRET_TEXT);
});

test("a workload identity signs in with the token of its file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorbell-"));
  const tokenFile = join(folder, "token");
  await writeFile(tokenFile, "federated-token");
  allowSignIn();
  const azure = connection({
    credential: {
      kind: "workload-identity",
      clientId: "22222222-0000-0000-0000-000000000001",
      tokenFile,
    },
  });
  expect((await azure.credential.getToken(SCOPE)).token).toBe(TOKEN);
  await rm(folder, { recursive: true });
});

describe("tokens", () => {
  test("everybody who waits gets the same one, and it is kept", async () => {
    openIdConfiguration().reply(200, openIdDocument());
    tokenRequest().reply(200, { token_type: "Bearer", expires_in: 3600, access_token: TOKEN });
    const { credential } = connection();
    const tokens = await Promise.all([1, 2, 3].map(async () => credential.getToken(SCOPE)));
    tokens.push(await credential.getToken(SCOPE));
    expect(tokens.map(({ token }) => token)).toEqual([TOKEN, TOKEN, TOKEN, TOKEN]);
  });

  test("while a token lives, a renewal that fails does no harm and is not tried at every call", async () => {
    // The library keeps tokens by the machine's clock, so that a short-lived one is always renewed.
    openIdConfiguration().reply(200, openIdDocument()).persist();
    tokenRequest().reply(200, { token_type: "Bearer", expires_in: 120, access_token: TOKEN });
    const wall = new LeapClock(Date.now());
    const { credential } = connection({}, wall);
    await credential.getToken(SCOPE);
    let renewals = 0;
    tokenRequest()
      .reply(() => {
        renewals += 1;
        return [503, ""];
      })
      .persist();
    const tokens: string[] = [];
    for (let call = 0; call < 6; call += 1) {
      tokens.push((await credential.getToken(SCOPE)).token);
      wall.advance(10 * SECOND);
    }
    expect(tokens).toEqual(tokens.map(() => TOKEN));
    expect(renewals).toBe(2);
    wall.advance(MINUTE);
    await expect(credential.getToken(SCOPE)).rejects.toMatchObject({ kind: "unreachable" });
  });
});
