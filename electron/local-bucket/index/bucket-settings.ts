import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod/mini'
import { type Row, textOf } from './columns.ts'

export const CorsRule = z.object({
  id: z.string(),
  origins: z.array(z.string()),
  methods: z.array(z.string()),
  headers: z.array(z.string()),
  exposed: z.array(z.string()),
  maxAgeSeconds: z.nullable(z.number()),
})
export type CorsRule = z.infer<typeof CorsRule>

const CorsRules = z.array(CorsRule)
export const Versioning = z.enum(['Enabled', 'Suspended'])
export type Versioning = z.infer<typeof Versioning>

/** The bucket-wide settings that clients have made. */
export class BucketSettings {
  readonly #db: DatabaseSync

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  /** Null until a client configures versioning. */
  versioning(): Versioning | null {
    const value = this.#read('versioning')
    return value === null ? null : Versioning.parse(value)
  }

  setVersioning(state: Versioning): void {
    this.#write('versioning', state)
  }

  corsRules(): readonly CorsRule[] {
    const value = this.#read('cors')
    return value === null ? [] : CorsRules.parse(JSON.parse(value))
  }

  /** An empty list removes the setting. */
  setCorsRules(rules: readonly CorsRule[]): void {
    if (rules.length === 0) this.#remove('cors')
    else this.#write('cors', JSON.stringify(rules))
  }

  /** The document as it was put. It is stored, but nothing acts on it. */
  lifecycle(): string | null {
    return this.#read('lifecycle')
  }

  setLifecycle(xml: string | null): void {
    if (xml === null) this.#remove('lifecycle')
    else this.#write('lifecycle', xml)
  }

  createdAtMs(now: () => number): number {
    const known = this.#read('created')
    if (known !== null) return Number(known)
    const at = now()
    this.#write('created', String(at))
    return at
  }

  #read(name: string): string | null {
    const row: Row | undefined = this.#db
      .prepare('SELECT value FROM settings WHERE name = ?')
      .get(name)
    return row === undefined ? null : textOf(row, 'value')
  }

  #write(name: string, value: string): void {
    this.#db.prepare('INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)').run(name, value)
  }

  #remove(name: string): void {
    this.#db.prepare('DELETE FROM settings WHERE name = ?').run(name)
  }
}
