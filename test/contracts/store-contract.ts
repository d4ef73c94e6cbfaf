import { describe } from "vitest";
import { conversationContract } from "./store/conversation-contract.ts";
import { evidenceContract } from "./store/evidence-contract.ts";
import type { Ground } from "./store/ground.ts";
import { leaseContract, sharedLeaseContract } from "./store/lease-contract.ts";
import { outboxContract } from "./store/outbox-contract.ts";
import { outboxProperty } from "./store/outbox-property.ts";
import { outboxOutcomeContract } from "./store/outbox-outcome-contract.ts";
import { pauseContract, sharedPauseContract } from "./store/pause-contract.ts";
import { reactionContract } from "./store/reaction-contract.ts";
import { restartContract } from "./store/restart-contract.ts";
import { sharingContract } from "./store/sharing-contract.ts";
import { textContract } from "./store/text-contract.ts";
import { trailContract } from "./store/trail-contract.ts";
import { upgradeContract } from "./store/upgrade-contract.ts";

/** What every store must do, whatever database it is on. */
export function storeContract(ground: Ground): void {
  describe(`A store on ${ground.name}`, () => {
    evidenceContract(ground);
    trailContract(ground);
    leaseContract(ground);
    outboxContract(ground);
    outboxOutcomeContract(ground);
    pauseContract(ground);
    outboxProperty(ground);
    conversationContract(ground);
    reactionContract(ground);
    textContract(ground);
    restartContract(ground);
    if (ground.shared) {
      sharingContract(ground);
      sharedLeaseContract(ground);
      sharedPauseContract(ground);
      upgradeContract(ground);
    }
  });
}
