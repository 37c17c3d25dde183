import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BucketSettings } from '../../electron/local-bucket/index/bucket-settings.ts'
import { openIndex } from '../../electron/local-bucket/index/index-db.ts'
import { UploadStore } from '../../electron/local-bucket/multipart/upload-store.ts'
import { bucketFolders, ObjectFiles } from '../../electron/local-bucket/objects/object-files.ts'
import { ObjectStore } from '../../electron/local-bucket/objects/object-store.ts'

/** The stores of a bucket without HTTP, with a real index and real files. */
export async function temporaryStores() {
  const folder = await mkdtemp(path.join(tmpdir(), 'ferry-stores-'))
  const db = openIndex(path.join(folder, 'index.sqlite'))
  const files = new ObjectFiles(bucketFolders(folder, path.join(folder, 'objects')))
  const settings = new BucketSettings(db)
  const objects = new ObjectStore({ db, files, settings, now: Date.now })
  return {
    files,
    settings,
    objects,
    uploads: new UploadStore(db, files, objects, Date.now),
    /** A file as a received body leaves it. */
    finishedFile: async (text: string) => {
      const file = files.newWorkFile()
      await writeFile(files.absolute(file), text)
      return file
    },
    discard: async () => {
      objects.close()
      db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type TemporaryStores = Awaited<ReturnType<typeof temporaryStores>>
