import type { CommandInput } from '../../electron/contract/commands.ts'
import type { CommandCalls } from '../../electron/contract/ferry-bridge.ts'
import { MAX_BATCH } from '../../electron/contract/limits.ts'
import { type Outcome, succeeded } from '../../electron/contract/outcome.ts'
import type { UploadControl } from '../engine/ports.ts'

/** The engine's control port, implemented with the bridge's commands. */
export function bridgeControl(commands: CommandCalls): UploadControl {
  return {
    prepare: (uploadId) => commands.prepareUpload({ uploadId }),
    sign: (uploadId, parts) => commands.signParts({ uploadId, parts: [...parts] }),
    checkSource: (uploadId) => commands.checkSource({ uploadId }),
    diagnoseNoResponse: (uploadId, put) => commands.diagnoseNoResponse({ uploadId, ...put }),
    diagnoseSignature: async (uploadId) => {
      const diagnosed = await commands.diagnoseSignature({ uploadId })
      return diagnosed.ok ? succeeded(diagnosed.value.failure) : diagnosed
    },
    diagnoseSource: async (sourceId) => {
      const diagnosed = await commands.diagnoseSource({ sourceId })
      return diagnosed.ok ? succeeded(diagnosed.value.failure) : diagnosed
    },
    record: (uploadId, receipts) => commands.recordParts({ uploadId, receipts: [...receipts] }),
    complete: (uploadId) => commands.completeUpload({ uploadId }),
    cancel: (uploadId) => commands.cancelUpload({ uploadId }),
    mark: batchedMarks(commands),
    clear: (uploadIds) => commands.clearUploads({ uploadIds: [...uploadIds] }),
  }
}

type Marks = CommandInput<'markUploads'>['marks']

interface Batch {
  readonly marks: Marks
  readonly response: Promise<Outcome<unknown>>
}

/**
 * Sends the marks of one event loop turn in one call: "Pause all" on a hundred thousand rows makes
 * as many marks, and each call is costly.
 */
export function batchedMarks(commands: Pick<CommandCalls, 'markUploads'>): UploadControl['mark'] {
  let open: Batch | null = null
  return (uploadId, mark) => {
    if (open === null || open.marks.length >= MAX_BATCH) open = begin()
    open.marks.push({ uploadId, mark })
    return open.response
  }

  function begin(): Batch {
    const marks: Marks = []
    // No later than this: the user may close the window right after clicking "Pause".
    const response = Promise.resolve().then(() => {
      if (open === batch) open = null
      return commands.markUploads({ marks })
    })
    const batch = { marks, response }
    return batch
  }
}
