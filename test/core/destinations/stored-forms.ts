import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Json, SettingsStore } from '../../../electron/core/ports.ts'
import type { JsonFields } from '../../../electron/lib/read-fields.ts'

/**
 * The forms that Ferry has written so far, one file per form, oldest first. If you add a field to
 * the settings, add a file with it and do not change the others: such files exist on users' disks.
 */
export const SETTINGS_FORMS = [
  /** Keys among the other fields, no rules. */
  'settings-1.json',
  /** The checksum that a store was seen to verify. */
  'settings-2.json',
  /** Colours, rules, findings, and keys from other sources. */
  'settings-3.json',
  /** A default destination. */
  'settings-4.json',
  /** A rule about files that systems leave in folders. */
  'settings-5.json',
] as const
export const EXPORT_FORMS = ['export-1.json', 'export-2.json'] as const

type Form = (typeof SETTINGS_FORMS)[number] | (typeof EXPORT_FORMS)[number]

export function formText(name: Form): string {
  const file = fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url))
  return readFileSync(file, 'utf8')
}

export function formOf(name: Form): JsonFields {
  return JSON.parse(formText(name))
}

/** Settings in memory, as the file would contain them. */
export function memorySettings(contents: JsonFields): SettingsStore {
  const values = new Map<string, Json>(Object.entries(structuredClone(contents)))
  return {
    get: (key) => values.get(key),
    set: (key, value) => values.set(key, JSON.parse(JSON.stringify(value))),
    delete: (key) => values.delete(key),
  }
}
