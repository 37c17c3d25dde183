import { stripVTControlCharacters } from 'node:util'
import { afterAll, afterEach, type TestError } from 'vitest'

/** Where a store is known to do otherwise than AWS documents, and what shows that it does. */
export interface Deviation {
  /** `describe > it`, as the suite names the test. */
  readonly test: string
  /** What the store does in its place. */
  readonly does: string
  /** Found in the failure of the test. */
  readonly shows: RegExp
}

/**
 * Lets the tests of this file fail exactly where the table says so, and for exactly that reason. A
 * row that is not true any more fails its test; a row without a test fails the file.
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
    // Vitest turns the verdict of a test that `fails` round after this hook, and not before.
    const fails = errors.every((error) => deviation.shows.test(messageOf(error)))
    Object.assign(task, { fails })
  })

  afterAll(() => {
    if (unmet.size === 0) return
    throw new Error(`The table names tests that are not: ${[...unmet].join('; ')}`)
  })
}

/** An expected and a received value are not in the message, but say the most. */
function messageOf({ name, message, diff }: TestError): string {
  return stripVTControlCharacters(`${name}: ${message}\n${diff ?? ''}`)
}
