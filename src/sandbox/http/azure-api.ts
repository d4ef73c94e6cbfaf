import type { Instant } from "../../domain/instant.ts";
import type { Identity } from "../identities.ts";
import type { LiveTenant } from "../live-tenant.ts";
import type { WireRow } from "../wire-row.ts";
import { parseLogFilter } from "./activity-log-filter.ts";
import { READABLE_TYPES } from "./arm-resources.ts";
import type { ReadableType } from "./arm-resources.ts";
import { armError, insightsError, tooLarge } from "./azure-error.ts";
import type { AzureError } from "./azure-error.ts";
import type { Entra, Holder } from "./entra.ts";
import { initiateResponse, parseInitiate } from "./jit-initiate.ts";
import { INITIATE_ACTION, Permissions } from "./permissions.ts";
import { ReadBucket } from "./read-bucket.ts";
import type { ReadLimit } from "./read-bucket.ts";

/** A request to Azure Resource Manager. */
export interface ArmRequest {
  readonly method: string;
  readonly url: URL;
  readonly authorization: string | undefined;
  /** null when it was longer than the server takes. */
  readonly body: string | null;
}

/** An answer of any of the sandbox's services. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

/** How many entries a page has: of the Activity Log, of a list of resources. */
export interface PageSizes {
  readonly rows: number;
  readonly resources: number;
}

/** What of a path tells where it leads. */
interface Target {
  readonly subscription: string;
  readonly resourceGroup: string | null;
  /** Lower-cased. */
  readonly namespace: string;
  /** What follows the namespace, without `locations/<location>`. */
  readonly rest: readonly string[];
}

const LOG_PATH = "eventtypes/management/values";
const LOG_ACTION = "Microsoft.Insights/eventtypes/management/values/read";
const LOG_VERSION = "2015-04-01";
const SUBSCRIPTION = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The properties of a row that `$select` may name. */
const SELECTABLE: ReadonlySet<string> = new Set([
  "authorization",
  "caller",
  "category",
  "channels",
  "claims",
  "correlationId",
  "description",
  "eventDataId",
  "eventName",
  "eventTimestamp",
  "httpRequest",
  "id",
  "level",
  "operationId",
  "operationName",
  "properties",
  "resourceGroupName",
  "resourceId",
  "resourceProviderName",
  "resourceType",
  "status",
  "subStatus",
  "submissionTimestamp",
  "subscriptionId",
  "tenantId",
]);

/** Azure Resource Manager, as far as Doorbell and people who ask for access need it. */
export class AzureApi {
  readonly permissions = new Permissions();
  readonly #tenant: LiveTenant;
  readonly #entra: Entra;
  readonly #pages: PageSizes;
  readonly #limit: ReadLimit;
  readonly #buckets = new Map<string, ReadBucket>();

  constructor(tenant: LiveTenant, entra: Entra, pages: PageSizes, limit: ReadLimit) {
    this.#tenant = tenant;
    this.#entra = entra;
    this.#pages = pages;
    this.#limit = limit;
  }

  /**
   * Answers a request; the tenant must have lived up to `now`.
   *
   * @throws AzureError for whatever Azure refuses.
   */
  answer(request: ArmRequest, now: Instant): Reply {
    const { url, method } = request;
    const holder = this.#entra.holderOf(request.authorization, url.origin, now);
    const target = targetOf(url.pathname);
    if (!this.#tenant.model.subscriptions.includes(target.subscription)) {
      throw armError(
        404,
        "SubscriptionNotFound",
        `The subscription '${target.subscription}' could not be found.`,
      );
    }
    const headers: Record<string, string> = {};
    if (method === "GET") {
      const left = this.#bucket(target.subscription, now).take(target.subscription, now);
      headers["x-ms-ratelimit-remaining-subscription-reads"] = String(left);
    }
    if ((url.searchParams.get("api-version") ?? "") === "") {
      throw armError(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      );
    }
    if (target.namespace === "microsoft.insights") {
      return { status: 200, headers, body: this.#activityLog(request, target, holder, now) };
    }
    const [type = "", name, verb, ...more] = target.rest;
    const readable = READABLE_TYPES.get(`${target.namespace}/${type.toLowerCase()}`);
    if (readable === undefined || more.length > 0) {
      throw unknownType(target, url);
    }
    if (name !== undefined && verb?.toLowerCase() === "initiate" && method === "POST") {
      return { status: 202, headers, body: this.#initiate(request, target, holder, now) };
    }
    if (verb !== undefined) {
      throw unknownType(target, url);
    }
    onlyGet(method);
    const body =
      name === undefined
        ? this.#list(url, target, readable, holder)
        : this.#single(url, target, readable, holder);
    return { status: 200, headers, body };
  }

  #activityLog(request: ArmRequest, target: Target, holder: Holder, now: Instant): object {
    const { url } = request;
    if (target.rest.join("/").toLowerCase() !== LOG_PATH || target.resourceGroup !== null) {
      throw unknownType(target, url);
    }
    onlyGet(request.method);
    if (url.searchParams.get("api-version") !== LOG_VERSION) {
      throw armError(
        400,
        "NoRegisteredProviderFound",
        `No registered resource provider found for API version '${url.searchParams.get("api-version")}' for type 'eventtypes'. The supported api-versions are '${LOG_VERSION}'.`,
      );
    }
    const scope = `/subscriptions/${target.subscription}`;
    this.permissions.check(holder, LOG_ACTION, target.subscription, scope);
    const filter = parseLogFilter(url.searchParams.get("$filter"), now);
    const select = selectOf(url);
    const page = this.#tenant.log.page(
      {
        ...filter,
        subscription: target.subscription,
        before: placeOf(url),
        limit: this.#pages.rows,
      },
      now,
    );
    return {
      value: page.rows.map((row) => selected(row, select)),
      ...(page.next === null ? {} : { nextLink: nextLink(url, page.next) }),
    };
  }

  #list(url: URL, target: Target, readable: ReadableType, holder: Holder): object {
    const { subscription, resourceGroup } = target;
    const scope =
      `/subscriptions/${subscription}` +
      (resourceGroup === null ? "" : `/resourceGroups/${resourceGroup}`);
    this.permissions.check(holder, readable.action, subscription, scope);
    const prefix = `${scope}/`.toLowerCase();
    const all = readable
      .read(this.#tenant.model, this.#tenant.register)
      .filter(({ id }) => id.toLowerCase().startsWith(prefix));
    const from = placeOf(url) ?? 0;
    const to = from + this.#pages.resources;
    return {
      value: all.slice(from, to).map(({ body }) => body),
      ...(to < all.length ? { nextLink: nextLink(url, to) } : {}),
    };
  }

  #single(url: URL, target: Target, readable: ReadableType, holder: Holder): object {
    const wanted = decoded(url.pathname);
    this.permissions.check(holder, readable.action, target.subscription, wanted);
    const found = readable
      .read(this.#tenant.model, this.#tenant.register)
      .find(({ id }) => id.toLowerCase() === wanted.toLowerCase());
    if (found === undefined) {
      throw armError(
        404,
        "ResourceNotFound",
        `The Resource '${readable.type}/${target.rest[1] ?? ""}' under resource group '${target.resourceGroup ?? ""}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      );
    }
    return found.body;
  }

  #initiate(request: ArmRequest, target: Target, holder: Holder, now: Instant): object {
    const policy = decoded(request.url.pathname).replace(/\/initiate$/i, "");
    this.permissions.check(holder, INITIATE_ACTION, target.subscription, policy);
    const guarded = this.#tenant.model.vms.filter(
      (vm) => vm.policy.toLowerCase() === policy.toLowerCase(),
    );
    if (guarded.length === 0 || holder.kind === "reader") {
      throw armError(404, "ResourceNotFound", `The JIT policy '${policy}' was not found.`);
    }
    if (request.body === null) {
      throw tooLarge();
    }
    const asked = parseInitiate(request.body, guarded, now);
    return initiateResponse(
      this.#tenant.requestAccess(
        {
          ...asked,
          person: holder.identity,
          address: addressOf(holder.identity),
          policy: guarded[0]?.policy ?? policy,
          denied: false,
        },
        now,
      ),
    );
  }

  #bucket(subscription: string, now: Instant): ReadBucket {
    const known = this.#buckets.get(subscription) ?? new ReadBucket(this.#limit, now);
    this.#buckets.set(subscription, known);
    return known;
  }
}

/** The address that the log shows for a person. */
export function addressOf(identity: Identity): string {
  return identity.addresses[0] ?? "192.0.2.1";
}

function targetOf(pathname: string): Target {
  const segments = decoded(pathname).split("/").slice(1);
  const [root, subscription = "", ...below] = segments;
  if (root?.toLowerCase() !== "subscriptions") {
    throw armError(
      404,
      "MissingSubscription",
      "The request did not have a subscription or a valid tenant level resource provider.",
    );
  }
  if (!SUBSCRIPTION.test(subscription)) {
    throw armError(
      400,
      "InvalidSubscriptionId",
      `The provided subscription identifier '${subscription.slice(0, 80)}' is malformed or invalid.`,
    );
  }
  const isGroup = below[0]?.toLowerCase() === "resourcegroups";
  const [providers, namespace = "", ...rest] = isGroup ? below.slice(2) : below;
  if (providers?.toLowerCase() !== "providers") {
    throw armError(404, "NotFound", "The path names no resource provider.");
  }
  return {
    subscription: subscription.toLowerCase(),
    resourceGroup: isGroup ? (below[1] ?? "") : null,
    namespace: namespace.toLowerCase(),
    rest: rest[0]?.toLowerCase() === "locations" ? rest.slice(2) : rest,
  };
}

function decoded(pathname: string): string {
  try {
    return decodeURIComponent(pathname).replace(/\/$/, "");
  } catch {
    throw armError(400, "InvalidRequestUri", "The request URI is not correctly encoded.");
  }
}

function unknownType(target: Target, url: URL): AzureError {
  const [type = ""] = target.rest;
  const isKnown = [...READABLE_TYPES.keys(), "microsoft.insights/"].some((known) =>
    known.startsWith(`${target.namespace}/`),
  );
  return isKnown
    ? armError(
        404,
        "InvalidResourceType",
        `The resource type '${type}' could not be found in the namespace '${target.namespace}' for api version '${url.searchParams.get("api-version") ?? ""}'.`,
      )
    : armError(
        404,
        "InvalidResourceNamespace",
        `The resource namespace '${target.namespace}' is invalid.`,
      );
}

function onlyGet(method: string): void {
  if (method !== "GET") {
    throw armError(405, "MethodNotAllowed", `The sandbox answers no ${method} here.`, {
      allow: "GET",
    });
  }
}

function selectOf(url: URL): readonly string[] | null {
  const text = url.searchParams.get("$select");
  if (text === null || text.trim() === "") {
    return null;
  }
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !SELECTABLE.has(name));
  if (unknown !== undefined) {
    throw insightsError(`The $select names '${unknown.slice(0, 40)}', which is no property.`);
  }
  return names;
}

function selected(row: WireRow, select: readonly string[] | null): object {
  return select === null
    ? row
    : Object.fromEntries(Object.entries(row).filter(([name]) => select.includes(name)));
}

/** `$skiptoken` is opaque to clients; here it holds a place. */
function placeOf(url: URL): number | null {
  const token = url.searchParams.get("$skiptoken");
  if (token === null) {
    return null;
  }
  const place = /^at:(\d{1,15})$/.exec(Buffer.from(token, "base64url").toString("latin1"))?.[1];
  if (place === undefined) {
    throw armError(400, "InvalidSkipToken", "The $skiptoken is not valid.");
  }
  return Number(place);
}

function nextLink(url: URL, place: number): string {
  const next = new URL(url);
  next.searchParams.set("$skiptoken", Buffer.from(`at:${place}`).toString("base64url"));
  return next.href;
}
