import type { Failure } from './failure/kinds.ts'

/** Expected failures are values; only bugs are exceptions. */
export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure }

export function succeeded<T>(value: T): Outcome<T> {
  return { ok: true, value }
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure }
}
