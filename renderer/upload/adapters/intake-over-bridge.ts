import type { FerryBridge } from '../../../electron/contract/bridge.ts'
import type { SourceId, UploadId } from '../../../electron/contract/ids.ts'
import { type Outcome, succeeded } from '../../../electron/contract/outcome.ts'
import type { FileFacts } from '../../../electron/contract/upload.ts'
import type { Intake } from '../intake.ts'
import { factsOf } from './item-facts.ts'
import { askedOf, type IntakeParts, Taking } from './taking.ts'
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
      const given = file === null ? succeeded(null) : await giveOne(parts, uploadId, file)
      if (!given.ok) return given.failure
      const { sourceId } = given.value ?? { sourceId: null }
      const begun = await bridge.commands.uploadAgain({ uploadId, sourceId, ...given.value })
      if (!begun.ok) return begun.failure
      if (sourceId !== null && file !== null) sourceFiles.set(sourceId, file)
      queue.supersede(uploadId, begun.value)
      return null
    },
  }
}

interface Given {
  readonly sourceId: SourceId
  /** Of the file as it is now, which may be another text, or a longer one. */
  readonly facts?: FileFacts
}

async function giveOne(
  { bridge, queue, rules }: IntakeParts,
  uploadId: UploadId,
  file: File,
): Promise<Outcome<Given>> {
  const registered = await registerOne(bridge, file)
  if (!registered.ok) return registered
  const sourceId = registered.value
  const destinationId = queue.upload(uploadId)?.record.destinationId
  // The row has just left: the host will say so.
  if (destinationId === undefined) return succeeded({ sourceId })
  const facts = await factsOf(file, askedOf(rules, destinationId, file))
  return facts.ok ? succeeded({ sourceId, facts: facts.value }) : facts
}

async function registerOne(bridge: FerryBridge<File>, file: File): Promise<Outcome<SourceId>> {
  const registered = await bridge.registerSources([file])
  if (!registered.ok) return registered
  const source = registered.value[0]
  if (source === undefined) throw new TypeError('The host answered for no file')
  return source.ok ? succeeded(source.value.sourceId) : source
}
