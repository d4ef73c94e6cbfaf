import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import {
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  MessageFactory,
  TeamsInfo,
  TurnContext,
} from "botbuilder";
import type { Activity, ConversationReference } from "botbuilder";
import { ServiceClientCredentialsFactory, TokenCredentials } from "botframework-connector";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { POSTS } from "./faults.ts";
import { startFakeTeams } from "./fake-teams.ts";
import type { FakeTeams, FakeTeamsOptions } from "./fake-teams.ts";
import type { Person } from "./person.ts";
import { CARD_TYPE, seenIn } from "./reading.ts";
import { FORGERIES } from "./signing.ts";
import type { FakeConversation } from "./world.ts";

