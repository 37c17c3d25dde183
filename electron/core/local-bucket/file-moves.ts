import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './index-db.ts'

/** What becomes of the files that a change of the index touches. */
export interface FileMoves {
  /** Takes back what was moved, last first, when the change fails. */
  readonly undo: (() => void)[]
  /** Throws away what is not needed any more, once the change stands. */
  readonly afterwards: (() => void)[]
}

/** One transaction of the index together with its files. */
export function changeWithFiles<T>(db: DatabaseSync, work: (moves: FileMoves) => T): T {
  const moves: FileMoves = { undo: [], afterwards: [] }
  let result: T
  try {
    result = inTransaction(db, () => work(moves))
  } catch (error) {
    for (const undo of moves.undo.reverse()) undo()
    throw error
  }
  for (const step of moves.afterwards) step()
  return result
}
