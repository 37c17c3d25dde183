import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, type TestError } from 'vitest'

/** A known difference between a store and the AWS documentation, and the failure that shows it. */
export interface Deviation {
  /** `describe > it`, the test's name in the suite. */
  readonly test: string
  /** How the store behaves instead. */
  readonly does: string
  /** Matches the failure message of the test. */
  readonly shows: RegExp
}

/**
 * Expects the tests of this file to fail exactly where the table says so, and for exactly that
 * reason. An entry that no longer applies fails its test; an entry without a test fails the file.
 */
export function allowDeviations(within: string, table: readonly Deviation[]): void {
  const deviations = new Map(table.map((each) => [`${within} > ${each.test}`, each]))
  if (deviations.size !== table.length) throw new Error('A test stands in the table twice.')
  const unmet = new Set(deviations.keys())

  afterEach(({ task }) => {
    const deviation = deviations.get(task.fullTestName)
    if (deviation === undefined) return
    unmet.delete(task.fullTestName)
    const errors = task.result?.errors ?? []
    if (errors.length === 0) {
      throw new Error(
        `The store does as AWS documents, and not as the table says: ${deviation.does}`,
      )
    }
    // Vitest inverts the result of a test that `fails` only after this hook.
    const fails = errors.every((error) => deviation.shows.test(messageOf(error)))
    Object.assign(task, { fails })
  })

  afterAll(() => {
    if (unmet.size === 0) return
    throw new Error(`The table names tests that are not: ${[...unmet].join('; ')}`)
  })
}

/** The expected and received values are not in the message, but they are the most useful. */
function messageOf({ name, message, diff }: TestError): string {
  return stripVTControlCharacters(`${name}: ${message}\n${diff ?? ''}`)
}
