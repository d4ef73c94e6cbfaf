import type { Queries } from "./schema.ts";

/** Adds an installation, or replaces the record of the same platform and workspace. */
export async function writeInstallation(
  db: Queries,
  platform: string,
  workspace: string,
  record: string,
): Promise<void> {
  await db
    .insertInto("chat_installation")
    .values({ platform, workspace, record })
    .onConflict((conflict) =>
      conflict
        .columns(["platform", "workspace"])
        .doUpdateSet((eb) => ({ record: eb.ref("excluded.record") })),
    )
    .execute();
}

/** The record of a workspace; null where it has not installed the program. */
export async function readInstallation(
  db: Queries,
  platform: string,
  workspace: string,
): Promise<string | null> {
  const row = await db
    .selectFrom("chat_installation")
    .select("record")
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .executeTakeFirst();
  return row?.record ?? null;
}

/** Removes a workspace's record, with its tokens. */
export async function removeInstallation(
  db: Queries,
  platform: string,
  workspace: string,
): Promise<void> {
  await db
    .deleteFrom("chat_installation")
    .where("platform", "=", platform)
    .where("workspace", "=", workspace)
    .execute();
}
