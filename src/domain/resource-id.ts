/**
 * An Azure resource ID: `/subscriptions/<id>/resourceGroups/<rg>/providers/<namespace>/<type>/<name>[/<type>/<name>…]`.
 * Azure compares resource IDs without regard to case and writes them in any casing, so `key` is what
 * code compares and `text` is what people read.
 */
export interface ResourceId {
  /** As received, without a trailing slash. */
  readonly text: string;
  /** Lower-cased `text`: equal keys mean the same resource. */
  readonly key: string;
  /** Lower-cased Azure subscription ID. */
  readonly subscriptionId: string;
  /** As received; empty when the resource is not in a resource group. */
  readonly resourceGroup: string;
  /** Lower-cased full type, such as `microsoft.network/networksecuritygroups/securityrules`. */
  readonly type: string;
  /** As received: one name per type segment, outermost first. */
  readonly names: readonly string[];
  /** The last of `names`, as received. */
  readonly name: string;
}

const ID_LIMIT = 2048;
/** The rows of a log name the same few resources over and over: equal texts are parsed once, and kept once. */
const KNOWN = new Map<string, ResourceId>();
const KNOWN_LIMIT = 5000;

/**
 * Parses a resource ID.
 *
 * @returns null when the text is not the ID of a resource (no subscription, no provider, an odd number
 *   of type and name segments, control characters, or more than 2,048 characters).
 */
export function parseResourceId(text: string): ResourceId | null {
  const known = KNOWN.get(text);
  if (known !== undefined) {
    return known;
  }
  const id = parseNew(text);
  if (id !== null) {
    if (KNOWN.size >= KNOWN_LIMIT) {
      KNOWN.clear();
    }
    KNOWN.set(text, id);
  }
  return id;
}

function parseNew(text: string): ResourceId | null {
  const trimmed = text.endsWith("/") ? text.slice(0, -1) : text;
  if (trimmed.length > ID_LIMIT || !trimmed.startsWith("/") || /[\p{Cc}\s?#]/u.test(trimmed)) {
    return null;
  }
  const segments = trimmed.slice(1).split("/");
  if (segments.includes("")) {
    return null;
  }
  const [root, subscription, ...rest] = segments;
  if (root?.toLowerCase() !== "subscriptions" || subscription === undefined) {
    return null;
  }
  let resourceGroup = "";
  let tail = rest;
  if (tail[0]?.toLowerCase() === "resourcegroups") {
    const group = tail[1];
    if (group === undefined) {
      return null;
    }
    resourceGroup = group;
    tail = tail.slice(2);
  }
  const [providers, namespace, ...path] = tail;
  if (providers?.toLowerCase() !== "providers" || namespace === undefined) {
    return null;
  }
  if (path.length < 2 || path.length % 2 !== 0) {
    return null;
  }
  const types = path.filter((_, index) => index % 2 === 0);
  const names = path.filter((_, index) => index % 2 === 1);
  return {
    text: trimmed,
    key: trimmed.toLowerCase(),
    subscriptionId: subscription.toLowerCase(),
    resourceGroup,
    type: [namespace, ...types].join("/").toLowerCase(),
    names,
    name: names.at(-1) ?? "",
  };
}

/**
 * The ID of the resource that contains a child resource, such as the NSG of a security rule.
 *
 * @returns null for a resource that is not a child.
 */
export function parentOf(id: ResourceId): ResourceId | null {
  if (id.names.length < 2) {
    return null;
  }
  return parseResourceId(id.text.split("/").slice(0, -2).join("/"));
}

/**
 * The names, lower-cased, that several resources bear: such a name alone does not say which one is meant.
 *
 * @param ids may repeat; null entries are passed over.
 */
export function sharedNames(ids: Iterable<ResourceId | null>): ReadonlySet<string> {
  const keys = new Map<string, string>();
  const shared = new Set<string>();
  for (const id of ids) {
    if (id !== null) {
      const name = id.name.toLowerCase();
      const key = keys.get(name) ?? id.key;
      keys.set(name, key);
      if (key !== id.key) {
        shared.add(name);
      }
    }
  }
  return shared;
}

/** The resource's name; beside it its resource group where several bear the name. */
export function nameAmong(id: ResourceId, shared: ReadonlySet<string>): string {
  return shared.has(id.name.toLowerCase()) && id.resourceGroup !== ""
    ? `${id.name} (${id.resourceGroup})`
    : id.name;
}

/** The resource type of a virtual machine, lower-cased. */
export const VM_TYPE = "microsoft.compute/virtualmachines";
/** The resource type of a network security group (NSG), lower-cased. */
export const NSG_TYPE = "microsoft.network/networksecuritygroups";
/** What people call the container of a rule: everything but an NSG that holds rules is a firewall. */
export function containerWord({ type }: ResourceId): "NSG" | "firewall" {
  return type === NSG_TYPE ? "NSG" : "firewall";
}

/** The resource type of a single security rule in an NSG, lower-cased. */
export const RULE_TYPE = "microsoft.network/networksecuritygroups/securityrules";
/** The resource type of a JIT network access policy, lower-cased. */
export const JIT_POLICY_TYPE = "microsoft.security/locations/jitnetworkaccesspolicies";
