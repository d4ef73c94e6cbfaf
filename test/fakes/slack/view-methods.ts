import { z } from "zod";
import { checkView } from "./block-kit.ts";
import { SlackFailure } from "./failure.ts";
import { required, structured } from "./method.ts";
import type { Method, MethodCall } from "./method.ts";
import type { FakeView, ViewBody } from "./world.ts";

const viewSchema = z.object({
  type: z.enum(["modal", "home"]),
  blocks: z.array(z.unknown()),
  callback_id: z.string().optional(),
  private_metadata: z.string().optional(),
  title: z.object({ text: z.string() }).optional(),
});

/** @throws SlackFailure where Slack would not show the view. */
export function checkedView(value: unknown): ViewBody {
  const complaint = checkView(value);
  if (complaint !== null) {
    throw new SlackFailure("invalid_arguments", {
      response_metadata: { messages: complaint.messages },
    });
  }
  return viewSchema.parse(value);
}

/** Which person a trigger belongs to; good for one use within 3 seconds. */
export class Triggers {
  readonly #now: () => number;
  readonly #open = new Map<string, { readonly user: string; readonly at: number }>();
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  give(user: string): string {
    this.#count += 1;
    const trigger = `${this.#count}.trigger.${user}`;
    this.#open.set(trigger, { user, at: this.#now() });
    return trigger;
  }

  take(trigger: string): string {
    const open = this.#open.get(trigger);
    if (open === undefined) {
      throw new SlackFailure("invalid_trigger_id");
    }
    this.#open.delete(trigger);
    if (open.at + 3000 < this.#now()) {
      throw new SlackFailure("expired_trigger_id");
    }
    return open.user;
  }
}

function shown(view: FakeView): unknown {
  return { ...view.view, id: view.id };
}

function open(call: MethodCall, triggers: Triggers): FakeView {
  const user = triggers.take(required(call, "trigger_id"));
  const body = checkedView(structured(call, "view"));
  if (body.type !== "modal") {
    throw new SlackFailure("invalid_arguments");
  }
  const view: FakeView = {
    id: call.workspace.nextId("V"),
    user,
    type: "modal",
    view: body,
    updates: 0,
  };
  call.workspace.views.set(view.id, view);
  return view;
}

function update(call: MethodCall): FakeView {
  const view = call.workspace.views.get(required(call, "view_id"));
  if (view === undefined) {
    throw new SlackFailure("not_found");
  }
  view.view = checkedView(structured(call, "view"));
  view.updates += 1;
  return view;
}

function publish(call: MethodCall): FakeView {
  const user = required(call, "user_id");
  const body = checkedView(structured(call, "view"));
  if (body.type !== "home" || !call.workspace.users.has(user)) {
    throw new SlackFailure("invalid_arguments");
  }
  const id = `VHOME${user}`;
  const view: FakeView = { id, user, type: "home", view: body, updates: 0 };
  call.workspace.views.set(id, view);
  return view;
}

/** The methods on modals and the home tab. They need no scope. */
export function viewMethods(triggers: Triggers): Readonly<Record<string, Method>> {
  const scopes = (): readonly string[] => [];
  return {
    "views.open": { kind: "bot", scopes, run: (call) => ({ view: shown(open(call, triggers)) }) },
    "views.update": { kind: "bot", scopes, run: (call) => ({ view: shown(update(call)) }) },
    "views.publish": { kind: "bot", scopes, run: (call) => ({ view: shown(publish(call)) }) },
  };
}
