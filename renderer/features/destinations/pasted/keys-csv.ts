import { fieldsOfSettings, type Setting } from './fields-of-settings.ts'
import type { Pasted } from './pasted.ts'
import { settingRole } from './setting-names.ts'
import { kindOf } from './settings.ts'

/** The file that IAM's console offers: a line of names, and one of values. */
export function parseKeysCsv(text: string): Pasted | null {
  const [first = '', second] = text.split(/\r?\n/).filter((line) => line.trim() !== '')
  const names = cellsOf(first)
  if (second === undefined || names.length < 2) return null
  if (!names.every((name) => /^[\w ./-]+$/.test(name))) return null
  if (!names.some((name) => settingRole(name) === 'secretAccessKey')) return null
  const values = cellsOf(second)
  const fields = fieldsOfSettings(names.map((name, index): Setting => [name, values[index] ?? '']))
  return fields === null ? null : { what: kindOf(fields), fields, unsupported: null }
}

function cellsOf(line: string): string[] {
  const cells = line.match(/(?:^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? []
  return cells.map((cell) =>
    cell
      .replace(/^,/, '')
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .replaceAll('""', '"'),
  )
}
