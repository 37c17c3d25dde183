import type { CommandCalls } from '../../../electron/contract/bridge.ts'
import { succeeded } from '../../../electron/contract/outcome.ts'
import type { UploadControl } from '../engine/ports.ts'
import { batchedMarks } from './mark-batch.ts'

/** The engine's control port over the bridge's commands. */
export function bridgeControl(commands: CommandCalls): UploadControl {
  return {
    prepare: (uploadId, partBytes) => commands.prepareUpload({ uploadId, partBytes }),
    sign: (uploadId, parts) => commands.signParts({ uploadId, parts: [...parts] }),
    checkSource: (uploadId) => commands.checkSource({ uploadId }),
    explainSilence: async (uploadId) => {
      const explained = await commands.explainSilence({ uploadId })
      return explained.ok ? succeeded(explained.value.failure) : explained
    },
    record: (uploadId, receipts) => commands.recordParts({ uploadId, receipts: [...receipts] }),
    complete: (uploadId) => commands.completeUpload({ uploadId }),
    cancel: (uploadId) => commands.cancelUpload({ uploadId }),
    mark: batchedMarks(commands),
    clear: (uploadIds) => commands.clearUploads({ uploadIds: [...uploadIds] }),
  }
}
