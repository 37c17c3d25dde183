import type { FerryBridge } from '../../../electron/contract/bridge.ts'
import type { SourceId } from '../../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { Intake } from '../intake.ts'
import { type IntakeParts, Taking } from './taking.ts'
import { walkTransfer } from './transfer-walk.ts'

export function createIntake(parts: IntakeParts): Intake {
  const { bridge, queue, sourceFiles } = parts
  return {
    addTransfer: async (transfer, choice) => {
      const walk = walkTransfer(transfer, new Date())
      const taking = new Taking(parts)
      const destinationId = await choice
      if (destinationId === null) return taking.report()
      for await (const batch of walk.batches) await taking.take(batch, destinationId)
      return {
        ...taking.report(),
        emptyFolderCount: walk.emptyFolderCount(),
        unreadable: walk.unreadable(),
      }
    },
    addFiles: async (files, destinationId) => {
      const taking = new Taking(parts)
      const incoming = [...files].map((file) => ({
        file,
        relativePath: file.webkitRelativePath || file.name,
      }))
      await taking.take(incoming, destinationId)
      return taking.report()
    },
    uploadAgain: async (uploadId, file) => {
      const registered = file === null ? succeeded(null) : await registerOne(bridge, file)
      if (!registered.ok) return registered.failure
      const sourceId = registered.value
      const begun = await bridge.commands.uploadAgain({ uploadId, sourceId })
      if (!begun.ok) return begun.failure
      if (sourceId !== null && file !== null) sourceFiles.set(sourceId, file)
      queue.supersede(uploadId, begun.value)
      return null
    },
  }
}

async function registerOne(bridge: FerryBridge<File>, file: File): Promise<Outcome<SourceId>> {
  const registered = await bridge.registerSources([file])
  if (!registered.ok) return registered
  const source = registered.value[0]
  if (source === undefined) throw new TypeError('The host answered for no file')
  return source.ok ? succeeded(source.value.sourceId) : source
}
