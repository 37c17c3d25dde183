import type {
  Confirm,
  Confirmation,
  ConfirmationAnswer,
} from '../../electron/core/credentials/confirmation.ts'

/** A user who is asked outside the page, and what they were asked. */
export class ScriptedConfirm {
  readonly asked: Confirmation[] = []
  answer: ConfirmationAnswer

  constructor(answer: ConfirmationAnswer) {
    this.answer = answer
  }

  readonly confirm: Confirm = async (confirmation) => {
    this.asked.push(confirmation)
    return this.answer
  }

  /** What was asked since the last look. */
  take(): Confirmation[] {
    return this.asked.splice(0)
  }
}
