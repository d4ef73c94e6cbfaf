import rhea from "rhea";
import { z } from "zod";
import type { PartitionLog } from "./partition-log.ts";

const request = z.object({
  message_id: z.string(),
  application_properties: z.object({
    operation: z.string(),
    name: z.string(),
    type: z.string(),
    partition: z.string().optional(),
  }),
});

/** What `$management` answers to `READ` of the hub or of a partition. */
export function answerManagement(
  hub: string,
  partitions: ReadonlyMap<string, PartitionLog>,
  message: unknown,
): Record<string, unknown> {
  const { message_id: id, application_properties: asked } = request.parse(message);
  const log = partitions.get(asked.partition ?? "");
  const isPartition = asked.type === "com.microsoft:partition";
  if (asked.name !== hub || (isPartition && log === undefined)) {
    return {
      correlation_id: id,
      application_properties: {
        "status-code": 404,
        "status-description": `The messaging entity '${asked.name}' could not be found.`,
        "error-condition": "amqp:not-found",
      },
      body: {},
    };
  }
  return {
    correlation_id: id,
    application_properties: { "status-code": 200, "status-description": "OK" },
    body:
      log === undefined
        ? {
            name: hub,
            type: asked.type,
            created_at: rhea.types.wrap_timestamp(Date.UTC(2026, 10, 1)),
            partition_count: partitions.size,
            partition_ids: [...partitions.keys()],
          }
        : {
            name: hub,
            type: asked.type,
            partition: asked.partition,
            begin_sequence_number: rhea.types.wrap_long(log.beginSequenceNumber),
            last_enqueued_sequence_number: rhea.types.wrap_long(log.lastSequenceNumber),
            last_enqueued_offset: log.lastOffset,
            last_enqueued_time_utc: rhea.types.wrap_timestamp(log.lastEnqueuedAt),
            is_partition_empty: log.events.length === 0,
          },
  };
}
