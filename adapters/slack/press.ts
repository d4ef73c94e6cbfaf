import type { PressBody } from "./incoming.ts";
import type { Asked } from "./questions.ts";
import {
  comingModal,
  EphemeralReply,
  ModalReply,
  PostedReply,
  ResponseUrlReply,
} from "./reply-route.ts";
import type { ReplyRoute } from "./reply-route.ts";
import { ACTION_BUTTON, ASK_BUTTON, PAGE_BUTTON } from "./render/buttons.ts";
import type { Workspace, Workspaces } from "./workspaces.ts";

/** What a press means. */
export type Press =
  | { readonly kind: "ask"; readonly command: string }
  | { readonly kind: "page"; readonly page: string }
  | { readonly kind: "act"; readonly id: string; readonly option: string | null }
  /** A button that only opens a link, or one of an older Doorbell. */
  | { readonly kind: "none" };

/** What was pressed. */
export function pressOf({ actions }: PressBody): Press {
  const [action] = actions;
  if (action === undefined) {
    return { kind: "none" };
  }
  const { action_id, value, selected_option } = action;
  if (action_id.startsWith(`${ASK_BUTTON}.`) && value !== undefined) {
    return { kind: "ask", command: value };
  }
  if (action_id === PAGE_BUTTON && value !== undefined) {
    return { kind: "page", page: value };
  }
  return action_id.startsWith(`${ACTION_BUTTON}:`)
    ? {
        kind: "act",
        id: action_id.slice(ACTION_BUTTON.length + 1),
        option: selected_option?.value ?? null,
      }
    : { kind: "none" };
}

/** Where a press happened: as a place to ask from, and the way back to it. */
export interface PressPlace {
  readonly asked: Omit<Asked, "deliveryId" | "text">;
  readonly routeTo: (workspace: Workspace) => ReplyRoute;
}

/** Finds out where the button stood. A press in the home tab opens a modal, which its answer goes to. */
export async function placeOf(pressed: PressBody, workspaces: Workspaces): Promise<PressPlace> {
  const { container, view, channel, user } = pressed;
  const team = pressed.team?.id ?? user.team_id ?? "";
  if (channel === undefined) {
    const modal =
      view?.type === "modal" ? view.id : await openModal(pressed.trigger_id, team, workspaces);
    return {
      asked: {
        team,
        channel: user.id,
        userId: user.id,
        isDirect: true,
        conversation: user.id,
      },
      routeTo: (workspace) => new ModalReply(workspace, modal),
    };
  }
  const thread = container.thread_ts ?? null;
  const isDirect = channel.name === "directmessage" || channel.id.startsWith("D");
  return {
    asked: {
      team,
      channel: channel.id,
      userId: user.id,
      isDirect,
      conversation: thread ?? user.id,
    },
    routeTo: (workspace) => {
      if (isDirect) {
        return new PostedReply(workspace, channel.id, thread);
      }
      // A response URL leads out of the thread; the bot is in the channel where it posted in one.
      return thread === null && pressed.response_url !== undefined
        ? new ResponseUrlReply(pressed.response_url, "ephemeral")
        : new EphemeralReply(workspace, channel.id, user.id, thread);
    },
  };
}

async function openModal(trigger: string, team: string, workspaces: Workspaces): Promise<string> {
  const { client } = await workspaces.of(team);
  const { view } = await client.views.open({ trigger_id: trigger, view: comingModal() });
  return view?.id ?? "";
}
