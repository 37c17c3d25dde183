import type * as z from 'zod/mini'
import type { Json } from '../core/ports.ts'

type Shape = Readonly<Record<string, z.ZodMiniType>>
type ValueOf<S extends Shape> = { readonly [K in keyof S]: z.infer<S[K]> }

/** Stored JSON by the names of its fields. */
export type JsonFields = { readonly [name: string]: Json }

export interface FieldsRead<S extends Shape> {
  /** Every field of the shape: as stored, or its default. */
  readonly value: ValueOf<S>
  /**
   * The stored form of everything that is not, or not completely, in `value`: fields that this
   * version of Ferry does not know, and known fields with unreadable values. It is written back, so
   * that another version finds it again.
   */
  readonly aside: JsonFields
  /** Fields that were absent or have no usable content. */
  readonly defaulted: ReadonlySet<keyof S>
}

/**
 * Reads each field by itself, so that a missing, damaged or unknown field does not affect the
 * others. `defaults` has one entry per field of the shape: a new field without a default does not
 * compile.
 */
export function readFields<S extends Shape>(
  shape: S,
  defaults: ValueOf<S>,
  stored: JsonFields,
): FieldsRead<S> {
  const aside = Object.entries(stored).filter(([name]) => !Object.hasOwn(shape, name))
  const defaulted = new Set<keyof S>()
  const values = Object.entries(shape).map(([name, schema]) => {
    const raw = Object.hasOwn(stored, name) ? stored[name] : undefined
    const read = raw === undefined ? null : readPart(schema, raw)
    if (raw !== undefined && read?.isWhole !== true) aside.push([name, raw])
    if (read === null) defaulted.add(name)
    return [name, read === null ? defaults[name] : read.value]
  })
  return {
    // One value per field of the shape, each from that field's schema or default.
    value: Object.fromEntries(values) as ValueOf<S>,
    aside: Object.fromEntries(aside),
    defaulted,
  }
}

/**
 * Reads as much of a value as the schema allows: without unknown members, without optional members
 * that are unreadable, and without unreadable entries of lists. Null if nothing useful is left.
 */
export function readPart<T extends z.ZodMiniType>(
  schema: T,
  stored: Json,
): { readonly value: z.infer<T>; readonly isWhole: boolean } | null {
  // Each round removes something, so the loop ends.
  for (let rest = stored, isWhole = true; ; isWhole = false) {
    const parsed = schema.safeParse(rest)
    if (parsed.success) return { value: parsed.data, isWhole }
    const before = rest
    const unread = parsed.error.issues.map((issue) => unreadPaths(issue, before))
    if (unread.includes(null)) return null
    rest = without(rest, new Set(unread.flatMap((paths) => paths ?? [])), [])
  }
}

type Issue = z.core.$ZodIssue

/**
 * The paths to remove so that an issue disappears; null if only removing the whole value would
 * help.
 */
function unreadPaths(issue: Issue, value: Json): string[] | null {
  const { path } = issue
  const inside = (steps: readonly PropertyKey[]) => steps.map((step) => pathName([...path, step]))
  if (issue.code === 'unrecognized_keys') return inside(issue.keys)
  if (issue.code === 'too_big' && issue.origin === 'array') {
    const found = at(value, path)
    return isList(found) ? inside([...found.keys()].slice(Number(issue.maximum))) : null
  }
  // Removes the innermost member first; if it was required, the next round finds it missing and
  // removes its parent.
  const depths = path.map((_, index) => path.length - index)
  const depth = depths.find((length) => at(value, path.slice(0, length)) !== undefined)
  return depth === undefined ? null : [pathName(path.slice(0, depth))]
}

function without(value: Json, unread: ReadonlySet<string>, here: readonly PropertyKey[]): Json {
  const isRead = (step: PropertyKey) => !unread.has(pathName([...here, step]))
  if (isList(value)) {
    return value.flatMap((item, index) =>
      isRead(index) ? [without(item, unread, [...here, index])] : [],
    )
  }
  if (!isFields(value)) return value
  const kept = Object.entries(value).filter(([name]) => isRead(name))
  return Object.fromEntries(
    kept.map(([name, inner]) => [name, without(inner, unread, [...here, name])]),
  )
}

function at(value: Json, path: readonly PropertyKey[]): Json | undefined {
  return path.reduce<Json | undefined>((found, step) => {
    if (isList(found)) return found[Number(step)]
    return isFields(found) && Object.hasOwn(found, step) ? found[String(step)] : undefined
  }, value)
}

function pathName(path: readonly PropertyKey[]): string {
  return JSON.stringify(path)
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

export function isFields(value: Json | undefined): value is JsonFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Null for text that is not JSON; JSON's own `null` contains nothing either. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    // The schemas refuse `null` as they refuse every other unexpected shape.
    return null
  }
}
