/**
 * Checks of what Doorbell itself stored. They make nothing and copy nothing: a question reads hundreds of
 * openings, and a schema library would spend on them as long as it takes to parse them.
 */

/** Whether a value is a T. */
export type Shape<T> = (value: unknown) => value is T;

/** One shape per field; it does not compile with a field too few or too many. */
type Fields<T> = { readonly [Key in keyof T]-?: Shape<T[Key]> };

export const isText: Shape<string> = (value): value is string => typeof value === "string";

export const isNumber: Shape<number> = (value): value is number => typeof value === "number";

/** `true` or `false`. */
export const isTruth: Shape<boolean> = (value): value is boolean => typeof value === "boolean";

/** One of some texts, from a record that must name them all. */
export function oneOf<T extends string>(values: Readonly<Record<T, true>>): Shape<T> {
  return (value): value is T => typeof value === "string" && Object.hasOwn(values, value);
}

/** One of some texts. */
export function among<T extends string>(values: readonly T[]): Shape<T> {
  const known = new Set<unknown>(values);
  return (value): value is T => known.has(value);
}

export function orNull<T>(shape: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || shape(value);
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(shape);
}

/** An object with these fields. */
export function record<T extends object>(fields: Fields<T>): Shape<T> {
  const names = Object.keys(fields);
  const shapes: readonly Shape<unknown>[] = Object.values(fields);
  return (value): value is T =>
    isObject(value) && shapes.every((shape, index) => shape(value[names[index] ?? ""]));
}

/** One of several kinds of object, which `kind` tells apart, from a record that must name them all. */
export function variantOf<T extends { readonly kind: string }>(kinds: {
  readonly [Kind in T["kind"]]: Shape<Omit<Extract<T, { readonly kind: Kind }>, "kind">>;
}): Shape<T> {
  const shapes = new Map<unknown, Shape<unknown>>(Object.entries(kinds));
  return (value): value is T => isObject(value) && shapes.get(value["kind"])?.(value) === true;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
