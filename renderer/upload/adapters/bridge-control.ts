import type { CommandCalls } from '../../../electron/contract/ferry-bridge.ts'
import { succeeded } from '../../../electron/contract/outcome.ts'
import type { UploadControl } from '../../engine/ports.ts'
import { batchedMarks } from './mark-batch.ts'

/** The engine's control port over the bridge's commands. */
export function bridgeControl(commands: CommandCalls): UploadControl {
  return {
    prepare: (uploadId, partBytes) => commands.prepareUpload({ uploadId, partBytes }),
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
