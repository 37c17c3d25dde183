import type { Failure, StoreAnswer } from '../../../electron/contract/failure/kinds.ts'
import { formatMoment } from '../../design/format.ts'

/** What the store itself said of a failure; null: it said nothing, or was not asked. */
export function answerOf(failure: Failure | null): StoreAnswer | null {
  return failure !== null && 'answer' in failure ? (failure.answer ?? null) : null
}

/** A line of the details: what it is, and what it says. */
export type AnswerLine = readonly [name: string, value: string]

/** Only what the store said. */
export function answerLines(answer: StoreAnswer, nowMs: number): readonly AnswerLine[] {
  const { code, status, message, requestId, server, atMs } = answer
  const lines: readonly AnswerLine[] = [
    ['Code', code === '' ? `${status}` : `${code} (${status})`],
    ['Message', message],
    ['Request ID', requestId],
    ['Server', server],
    ['Time', formatMoment(atMs, nowMs)],
  ]
  return lines.filter(([, value]) => value !== '')
}

/** To be sent to whoever runs the store, whose clock is not this one. */
export function answerToCopy(answer: StoreAnswer): string {
  const lines = answerLines(answer, answer.atMs).map(([name, value]) =>
    name === 'Time' ? `Time: ${new Date(answer.atMs).toISOString()}` : `${name}: ${value}`,
  )
  return lines.join('\n')
}
