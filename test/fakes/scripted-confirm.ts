import type {
  Confirm,
  Confirmation,
  ConfirmationAnswer,
} from '../../electron/core/credentials/confirmation.ts'

/** A user who confirms outside the page, and the questions they were asked. */
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

  /** The questions since the last call. */
  take(): Confirmation[] {
    return this.asked.splice(0)
  }
}
