import type { PipelinePolicy, PipelineResponse } from "@azure/core-rest-pipeline";
import { AzureFault } from "./azure-fault.ts";

const REMAINING = "x-ms-ratelimit-remaining-subscription-reads";

/**
 * Lets nothing pass but GET requests to Azure Resource Manager itself: Doorbell changes nothing in
 * Azure, and a page link that leads elsewhere would carry the token there.
 *
 * @param resourceManager such as `https://management.azure.com`.
 */
export function readOnlyPolicy(resourceManager: string): PipelinePolicy {
  const { origin } = new URL(resourceManager);
  return {
    name: "doorbellReadOnly",
    async sendRequest(request, next) {
      const target = new URL(request.url).origin;
      if (request.method !== "GET" || target !== origin) {
        throw new AzureFault(
          "rejected",
          `Doorbell only reads from ${origin}: it does not send ${request.method} to ${target}.`,
        );
      }
      return next(request);
    },
  };
}

/**
 * Lets nothing pass but queries of one Log Analytics workspace, which are POST requests and change
 * nothing: the service takes no commands there.
 *
 * @param workspace its ID, a GUID.
 */
export function queryOnlyPolicy(endpoint: string, workspace: string): PipelinePolicy {
  const allowed = new URL(queryPath(workspace), endpoint).href;
  return {
    name: "doorbellQueryOnly",
    async sendRequest(request, next) {
      if (request.method !== "POST" || new URL(request.url).href !== allowed) {
        throw new AzureFault(
          "rejected",
          `Doorbell only sends queries to ${allowed}: it does not send ${request.method} to ${request.url}.`,
        );
      }
      return next(request);
    },
  };
}

/** Where a workspace is queried, below the service's address. */
function queryPath(workspace: string): string {
  return `/v1/workspaces/${workspace}/query`;
}

/** How many reads Azure leaves to the Azure subscription for the time being; null when it does not say. */
export function remainingReads({ headers }: PipelineResponse): number | null {
  const text = headers.get(REMAINING)?.trim() ?? "";
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}
