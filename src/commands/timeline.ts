import { exportKnowledge, knownTo } from "../ask/knowledge.ts";
import { chooseTimeline, parseTimelineSubject } from "../ask/timeline-subject.ts";
import type { TimelineSubject } from "../ask/timeline-subject.ts";
import { questionNames } from "../ask/vm-match.ts";
import type { Knowledge } from "../ask/knowledge.ts";
import type { Period } from "../domain/question.ts";
import { DoorbellError } from "../errors.ts";
import type { CommandContext } from "./command-context.ts";
import type { TimelineOptions } from "./options.ts";
import { readPeriod } from "./period-options.ts";
import { writeOutputFile } from "./output-file.ts";
import { checkPictureFile } from "./picture-file.ts";
import { readTrail } from "./trail-reading.ts";
import type { TrailReading } from "./trail-reading.ts";

/**
 * `doorbell timeline`: a picture of openings over time, written to a file; what it shows is told in
 * words on standard output.
 *
 * @param words whose timeline, as in `timeline of vm-x since friday`; empty for everything.
 * @returns the exit status: 1 when an export could not be read, or not to its end.
 */
export async function writeTimeline(
  words: string,
  options: TimelineOptions,
  context: CommandContext,
): Promise<number> {
  const form = await checkPictureFile(options.out);
  const { clock, random } = context.surroundings;
  const read = await readTrail(options, context);
  if (read === null) {
    return 1;
  }
  const { reading, zone } = read;
  const asked = await readPeriod(options, zone, clock.now());
  const now = await context.askedAt(reading.coverage);
  const knowledge = { ...exportKnowledge(reading, { now, zone }), source: reading.source };
  const subject = subjectOf(words, knowledge);
  const { trail, title } = chosen(subject, reading, knowledge);
  // Only here does anything that draws get loaded: no other command waits for it.
  const { drawTimeline } = await import("../picture/draw-timeline.ts");
  const drawing = await drawTimeline({
    trail,
    title,
    zone,
    now,
    knownTo: knownTo(knowledge),
    period: joined(subject.period, asked),
  });
  const content = form === "svg" ? new TextEncoder().encode(drawing.svg) : drawing.png;
  await writeOutputFile(options.out, content, random);
  await context.write(`${drawing.altText}\n`);
  return read.isWhole ? 0 : 1;
}

function subjectOf(words: string, { names, now, zone }: Knowledge): TimelineSubject {
  const context = { now, zone, names: questionNames(names), previous: null };
  const parsed = parseTimelineSubject(words, context);
  if (!parsed.ok) {
    throw new DoorbellError("usage", `doorbell timeline ${words}: ${parsed.problem.message}`);
  }
  return parsed.subject;
}

function chosen(
  subject: TimelineSubject,
  { trail }: TrailReading,
  knowledge: Knowledge,
): Extract<ReturnType<typeof chooseTimeline>, { readonly kind: "found" }> {
  const match = chooseTimeline(subject, trail, knowledge.names, knownTo(knowledge));
  if (match.kind === "none") {
    const near = match.nearest.length === 0 ? "" : ` Did you mean ${match.nearest.join(" or ")}?`;
    const text = `doorbell timeline ${match.wanted}: no VM of that name in the log.${near}`;
    throw new DoorbellError("usage", text);
  }
  return match;
}

/** The options say it again, and more exactly, than the words. */
function joined(words: Period | null, options: Period | null): Period | null {
  if (words === null || options === null) {
    return options ?? words;
  }
  const period = { from: options.from ?? words.from, to: options.to ?? words.to };
  if (period.from !== null && period.to !== null && period.from >= period.to) {
    throw new DoorbellError("usage", "--since and --until leave nothing of the period in words.");
  }
  return period;
}
