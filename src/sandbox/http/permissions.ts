import { armError } from "./azure-error.ts";
import type { Holder } from "./entra.ts";

/** The permission to ask for access, which the reading application has not. */
export const INITIATE_ACTION =
  "Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action";

/** Who may do what: the reading application may read, people may also ask for access. */
export class Permissions {
  readonly #refused: { readonly action: string; readonly subscription: string | null }[] = [];

  /**
   * Takes a permission from everybody.
   *
   * @param subscription in one Azure subscription only; null for in all.
   * @returns what gives it back.
   */
  refuse(action: string, subscription: string | null): () => void {
    const entry = {
      action: action.toLowerCase(),
      subscription: subscription?.toLowerCase() ?? null,
    };
    this.#refused.push(entry);
    return () => {
      const index = this.#refused.indexOf(entry);
      if (index >= 0) {
        this.#refused.splice(index, 1);
      }
    };
  }

  /**
   * Whether somebody may not do that.
   *
   * @param subscription null for what belongs to none.
   */
  refuses(holder: Holder, action: string, subscription: string | null): boolean {
    return (
      (holder.kind === "reader" && action === INITIATE_ACTION) ||
      this.#refused.some(
        (entry) =>
          entry.action === action.toLowerCase() &&
          (entry.subscription === null || entry.subscription === subscription),
      )
    );
  }

  /**
   * @param scope a resource ID or `/subscriptions/<id>`.
   * @throws AzureError 403 `AuthorizationFailed`.
   */
  check(holder: Holder, action: string, subscription: string, scope: string): void {
    if (this.refuses(holder, action, subscription)) {
      const [client, objectId] =
        holder.kind === "reader"
          ? [holder.clientId, holder.objectId]
          : [holder.identity.caller, holder.identity.objectId];
      throw armError(
        403,
        "AuthorizationFailed",
        `The client '${client}' with object id '${objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      );
    }
  }
}
