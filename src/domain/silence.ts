import type { Instant } from "./instant.ts";
import type { ChannelRef } from "./notification.ts";
import type { Opening } from "./opening.ts";
import type { ResourceId } from "./resource-id.ts";

/** That somebody has seen a notification and looks after it. */
export interface Acknowledgement {
  /** As the platform names them; hostile text. */
  readonly by: string;
  readonly at: Instant;
}

/** What a channel does not want to hear of for a while. */
export interface Silence {
  /** `q-` and 12 characters. */
  readonly id: string;
  readonly channel: ChannelRef;
  readonly subject: SilenceSubject;
  /** Openings from this moment on do not ring. */
  readonly from: Instant;
  /** Openings from this moment on ring again; earlier than was wished when somebody ended it. */
  readonly until: Instant;
  /** Who wished for it, as the platform names them; hostile text. */
  readonly by: string;
}

/** The VM, or the person, whose openings do not ring. */
export type SilenceSubject =
  /** `id` is null where the log tells the VM's name only. */
  | { readonly kind: "vm"; readonly id: ResourceId | null; readonly name: string }
  /** `key` is that of an `Actor`. */
  | { readonly kind: "person"; readonly key: string; readonly name: string };

/** The VM of an opening, as something to silence; null where the log tells none. */
export function vmSubject({ vm, vmName }: Opening): SilenceSubject | null {
  const name = vm?.name ?? vmName;
  return name === null ? null : { kind: "vm", id: vm, name };
}

/** The person whom an opening's verdict names, as something to silence; null where it names none. */
export function personSubject({ attribution: { actor } }: Opening): SilenceSubject | null {
  return actor === null ? null : { kind: "person", key: actor.key, name: actor.name };
}

/** What tells subjects apart, as text. */
export function subjectKey(subject: SilenceSubject): string {
  return subject.kind === "vm"
    ? `vm ${subject.id?.key ?? subject.name.toLowerCase()}`
    : `person ${subject.key}`;
}

/** Whether the opening is one of the subject's. */
export function concerns(subject: SilenceSubject, opening: Opening): boolean {
  if (subject.kind === "person") {
    return opening.attribution.actor?.key === subject.key;
  }
  // A name alone is no identity: it stands for itself, where nothing better is known.
  return subject.id === null || opening.vm === null
    ? (opening.vm?.name ?? opening.vmName)?.toLowerCase() === subject.name.toLowerCase()
    : opening.vm.key === subject.id.key;
}

/**
 * Whether the opening keeps quiet in the silence's channel. It goes by when the port opened, so that the
 * answer is the same however late the opening is heard of and however often it is revised. What is
 * critical rings all the same.
 */
export function keepsQuiet(opening: Opening, silence: Silence): boolean {
  return (
    silence.from <= opening.openedAt &&
    opening.openedAt < silence.until &&
    concerns(silence.subject, opening) &&
    !opening.findings.some(({ severity }) => severity === "critical")
  );
}
