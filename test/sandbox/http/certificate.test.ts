import { X509Certificate, createPrivateKey } from "node:crypto";
import { expect, test } from "vitest";
import { makeServerIdentity } from "../../../src/sandbox/http/certificate.ts";

test("The certificate is for this machine alone, and vouches for its own key.", () => {
  const { key, certificate } = makeServerIdentity();
  const parsed = new X509Certificate(certificate);
  expect(parsed.subjectAltName).toBe("DNS:localhost, IP Address:127.0.0.1");
  expect(parsed.verify(parsed.publicKey)).toBe(true);
  expect(parsed.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(parsed.checkHost("evil.example")).toBeUndefined();
});

test("Each certificate has a key and a serial number of its own.", () => {
  const serials = Array.from(
    { length: 20 },
    () => new X509Certificate(makeServerIdentity().certificate).serialNumber,
  );
  expect(new Set(serials).size).toBe(20);
  expect(makeServerIdentity().key).not.toBe(makeServerIdentity().key);
});
