/** This adapter's name in channel references. */
export const PLATFORM = "teams";
