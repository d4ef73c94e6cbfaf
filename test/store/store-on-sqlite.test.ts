import { storeContract } from "../contracts/store-contract.ts";
import { IN_FILE, IN_MEMORY } from "../contracts/store/grounds.ts";

storeContract(IN_MEMORY);
storeContract(IN_FILE);
