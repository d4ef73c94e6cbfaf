import {
  createDefaultHttpClient,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { HttpClient, Pipeline } from "@azure/core-rest-pipeline";
import { z } from "zod";
import type { Instant } from "../domain/instant.ts";
import type { Clock } from "../ports.ts";
import { armFault } from "./arm-fault.ts";
import { AzureFault } from "./azure-fault.ts";
import type { CallPurpose } from "./azure-fault.ts";
import type { AzureConnection } from "./azure-connection.ts";
import type { Metered } from "./metered-calls.ts";
import { readOnlyPolicy, remainingReads } from "./read-only-policy.ts";
import { parseJson } from "./wire-fields.ts";

/** What a GET gave. */
export interface ArmAnswer extends Metered {
  readonly content: unknown;
  /** When Azure answered, by its own clock (the `Date` header); null when it does not say. */
  readonly servedAt: Instant | null;
}

/** One page of a list, as every Azure resource provider gives it. */
export interface ArmPage extends Metered {
  /** As received, before any schema. */
  readonly items: readonly unknown[];
  /** Where the next page is; null on the last one. */
  readonly next: string | null;
  /** When Azure answered, by its own clock; null when it does not say. */
  readonly servedAt: Instant | null;
}

const listPage = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });

/** Reads Azure Resource Manager; sends nothing but GET. */
export class ArmReader {
  readonly #connection: AzureConnection;
  readonly #clock: Clock;
  readonly #pipeline: Pipeline;
  readonly #client: HttpClient = createDefaultHttpClient();

  constructor(connection: AzureConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#pipeline = createPipelineFromOptions(connection.transport);
    this.#pipeline.addPolicy(connection.authorise);
    this.#pipeline.addPolicy(readOnlyPolicy(connection.resourceManager), { phase: "Serialize" });
  }

  /** The key of the tenant in the configuration, for the words of faults. */
  get setting(): string {
    return this.#connection.setting;
  }

  /**
   * Reads one resource.
   *
   * @param path from `/subscriptions` on, its parts encoded for a URL.
   * @throws AzureFault, or the pipeline's error when there was no answer.
   */
  async get(
    path: string,
    apiVersion: string,
    purpose: CallPurpose,
    signal: AbortSignal,
  ): Promise<ArmAnswer> {
    const url = `${this.#connection.resourceManager}${path}?api-version=${apiVersion}`;
    return this.#send(url, purpose, signal);
  }

  /**
   * Reads one page of a list.
   *
   * @param link the page before's `next`; null for the first page.
   * @throws AzureFault, or the pipeline's error when there was no answer.
   */
  async page(
    path: string,
    apiVersion: string,
    link: string | null,
    purpose: CallPurpose,
    signal: AbortSignal,
  ): Promise<ArmPage> {
    const answer = await (link === null
      ? this.get(path, apiVersion, purpose, signal)
      : this.#send(link, purpose, signal));
    const parsed = listPage.safeParse(answer.content);
    if (!parsed.success) {
      throw unreadableFault(purpose);
    }
    return {
      items: parsed.data.value,
      next: parsed.data.nextLink ?? null,
      remainingReads: answer.remainingReads,
      servedAt: answer.servedAt,
    };
  }

  async #send(url: string, purpose: CallPurpose, signal: AbortSignal): Promise<ArmAnswer> {
    const request = createPipelineRequest({ url, method: "GET", abortSignal: signal });
    request.headers.set("Accept", "application/json");
    const response = await this.#pipeline.sendRequest(this.#client, request);
    const body = response.bodyAsText ?? "";
    if (response.status !== 200) {
      const retryAfter = response.headers.get("Retry-After") ?? null;
      throw armFault({ status: response.status, body, retryAfter }, purpose, this.#clock.now());
    }
    const content = parseJson(body);
    if (content === undefined) {
      throw unreadableFault(purpose);
    }
    return {
      content,
      remainingReads: remainingReads(response),
      servedAt: servedAt(response.headers.get("Date") ?? ""),
    };
  }
}

function servedAt(date: string): Instant | null {
  const instant = Date.parse(date);
  return Number.isNaN(instant) ? null : instant;
}

/** A success that is none: something between here and Azure answers in its place. */
export function unreadableFault({ what }: CallPurpose): AzureFault {
  return new AzureFault(
    "unreachable",
    `What came back for ${what} is not an answer of Azure: check azure.cloud, and whether a proxy answers in its place.`,
  );
}
