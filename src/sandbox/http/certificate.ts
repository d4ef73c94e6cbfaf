import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A private key and a certificate that vouches for itself, both as PEM. */
export interface ServerIdentity {
  readonly key: string;
  readonly certificate: string;
}

// Object identifiers, as DER writes them.
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const SUBJECT_ALT_NAME = "551d11";

const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context tags: the version and extensions of a certificate, the kinds of a general name. */
const CONTEXT = { version: 0xa0, extensions: 0xa3, dnsName: 0x82, address: 0x87 } as const;

/**
 * Makes a fresh certificate for `localhost` and 127.0.0.1 (X.509 version 3, RFC 5280; an EC key, which
 * takes a millisecond). Its private key never leaves the process, so it is valid for any present time: the
 * sandbox's clock is not the one that TLS looks at.
 *
 * @param subject whoever trusts several such certificates tells them apart by it.
 */
export function makeServerIdentity(subject = "Doorbell sandbox"): ServerIdentity {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(TAG.sequence, oid(ECDSA_WITH_SHA256));
  const name = der(
    TAG.sequence,
    der(
      TAG.set,
      der(TAG.sequence, oid(COMMON_NAME), der(TAG.utf8, Buffer.from(subject))),
    ),
  );
  const validity = der(
    TAG.sequence,
    der(TAG.utcTime, Buffer.from("200101000000Z")),
    der(TAG.utcTime, Buffer.from("491231235959Z")),
  );
  const alternatives = der(
    TAG.sequence,
    der(CONTEXT.dnsName, Buffer.from("localhost")),
    der(CONTEXT.address, Buffer.from([127, 0, 0, 1])),
  );
  const extensions = der(
    CONTEXT.extensions,
    der(TAG.sequence, der(TAG.sequence, oid(SUBJECT_ALT_NAME), der(TAG.octets, alternatives))),
  );
  // A leading 0x01 keeps the serial number positive and its form the shortest.
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]);
  const toSign = der(
    TAG.sequence,
    der(CONTEXT.version, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, serial),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    extensions,
  );
  const signature = sign("sha256", toSign, privateKey);
  const whole = der(TAG.sequence, toSign, algorithm, der(TAG.bits, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    certificate: pem(whole),
  };
}

/** One DER value: tag, length, content. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length =
    size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function oid(hex: string): Buffer {
  return der(TAG.oid, Buffer.from(hex, "hex"));
}

function pem(whole: Buffer): string {
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
