/** `/subscriptions/<id>/resourceGroups/<group>/providers/<provider>/<type>/<name>`, wherever it stands. */
const RESOURCE_ID =
  /\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/([^/\s]+)\/providers\/[^/\s]+(?:\/[^/\s]+)*\/([^/\s]+)/giu;

/** A question as a button shows it: resource IDs as the name and its resource group, which fit. */
export function commandLabel(command: string): string {
  return command.replace(RESOURCE_ID, "$2 ($1)");
}
