import { z } from "zod";

/**
 * What Slack sends, as far as Doorbell reads it.
 * Sources: https://docs.slack.dev/interactivity/implementing-slash-commands,
 * https://docs.slack.dev/reference/interaction-payloads and https://docs.slack.dev/reference/events
 */

const team = z.object({ id: z.string() }).nullish();
const user = z.object({ id: z.string() });

/** A slash command. */
export const commandBody = z.object({
  team_id: z.string(),
  channel_id: z.string(),
  channel_name: z.string().optional(),
  user_id: z.string(),
  text: z.string().optional(),
  trigger_id: z.string(),
  response_url: z.string(),
});

/** The workspace that an event is for: in a channel shared with others, it may have happened in theirs. */
const envelope = z
  .object({
    team_id: z.string(),
    authorizations: z.array(z.object({ team_id: z.string().nullish() })).optional(),
  })
  .transform(({ team_id, authorizations }) => ({
    team_id: authorizations?.[0]?.team_id ?? team_id,
  }));

/** A mention in a channel, or a direct message. */
export const messageEvent = z
  .object({
    event_id: z.string(),
    event: z.object({
      type: z.string(),
      subtype: z.string().optional(),
      channel_type: z.string().optional(),
      channel: z.string(),
      user: z.string().optional(),
      bot_id: z.string().optional(),
      text: z.string().optional(),
      ts: z.string(),
      thread_ts: z.string().optional(),
    }),
  })
  .and(envelope);

/** A press on a button, or a choice from a menu. */
export const pressBody = z.object({
  team,
  user: user.extend({ team_id: z.string().optional() }),
  trigger_id: z.string(),
  response_url: z.string().optional(),
  channel: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  container: z.object({
    type: z.string(),
    message_ts: z.string().optional(),
    thread_ts: z.string().optional(),
    is_ephemeral: z.boolean().optional(),
    view_id: z.string().optional(),
  }),
  view: z.object({ id: z.string(), type: z.string() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

export type PressBody = z.infer<typeof pressBody>;

/** A shortcut used on a message. */
export const messageShortcutBody = z.object({
  team,
  user,
  trigger_id: z.string(),
  response_url: z.string(),
  channel: z.object({ id: z.string(), name: z.string().optional() }),
  message: z.looseObject({ text: z.string().optional(), thread_ts: z.string().optional() }),
});

/** A shortcut used from anywhere. */
export const shortcutBody = z.object({ team, user, trigger_id: z.string() });

const stateValue = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
});

/** A modal that was submitted. */
export const submissionBody = z.object({
  team,
  user,
  trigger_id: z.string().optional(),
  view: z.object({
    id: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), stateValue)) }),
  }),
});

/** Letters typed into a menu whose options come from Doorbell. */
export const suggestionBody = z.object({ team, user, value: z.string() });

/** Somebody opened the app's home tab, or its messages. */
export const homeEvent = z
  .object({ event: z.object({ user: z.string(), channel: z.string(), tab: z.string() }) })
  .and(envelope);

const channelOrId = z.union([
  z.string(),
  z.object({ id: z.string(), name: z.string().optional() }),
]);

/** Something that happened to a channel or to the app. */
export const lifecycleEvent = z
  .object({
    event: z.object({
      type: z.string(),
      channel: channelOrId.optional(),
      user: z.string().optional(),
      tokens: z.object({ bot: z.array(z.string()).nullish() }).optional(),
    }),
  })
  .and(envelope);

export type LifecycleEvent = z.infer<typeof lifecycleEvent>;
