import type { DatabaseSync } from 'node:sqlite'
import { keyBytes, keyOf, numberOf, textOf } from '../../local-bucket/index/columns.ts'
import type { FileStamp } from '../../local-bucket/objects/object-files.ts'

/** A version's file on its way to another place. */
export interface PlannedMove {
  readonly key: string
  readonly versionId: string
  readonly target: string
}

/** A file at an object's place that is nobody's any more. */
export interface DiscardedFile extends FileStamp {
  readonly key: string
  readonly file: string
}

/** Notes of what is still to be done with files, so that an end in the middle loses none. */
export class FileTable {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  planMove({ key, versionId, target }: PlannedMove): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO moves (key, version, target) VALUES (?, ?, ?)')
      .run(keyBytes(key), versionId, target)
  }

  forgetMove(key: string, versionId: string): void {
    this.#db
      .prepare('DELETE FROM moves WHERE key = ? AND version = ?')
      .run(keyBytes(key), versionId)
  }

  plannedMove(key: string, versionId: string): PlannedMove | null {
    const row = this.#db
      .prepare('SELECT target FROM moves WHERE key = ? AND version = ?')
      .get(keyBytes(key), versionId)
    return row === undefined ? null : { key, versionId, target: textOf(row, 'target') }
  }

  plannedMoves(): PlannedMove[] {
    return this.#db
      .prepare('SELECT key, version, target FROM moves')
      .all()
      .map((row) => ({
        key: keyOf(row, 'key'),
        versionId: textOf(row, 'version'),
        target: textOf(row, 'target'),
      }))
  }

  discard({ key, file, byteLength, fileTimeMs }: DiscardedFile): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO discarded (file, key, bytes, file_time) VALUES (?, ?, ?, ?)')
      .run(file, keyBytes(key), byteLength, fileTimeMs)
  }

  forgetDiscarded(file: string): void {
    this.#db.prepare('DELETE FROM discarded WHERE file = ?').run(file)
  }

  discardedOf(key: string): DiscardedFile[] {
    return this.#db
      .prepare('SELECT file, bytes, file_time FROM discarded WHERE key = ?')
      .all(keyBytes(key))
      .map((row) => ({
        key,
        file: textOf(row, 'file'),
        byteLength: numberOf(row, 'bytes'),
        fileTimeMs: numberOf(row, 'file_time'),
      }))
  }

  keysWithDiscarded(): string[] {
    return this.#db
      .prepare('SELECT DISTINCT key FROM discarded')
      .all()
      .map((row) => keyOf(row, 'key'))
  }
}
