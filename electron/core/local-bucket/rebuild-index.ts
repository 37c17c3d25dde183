import type { ObjectFiles } from './object-files.ts'
import type { ObjectStore } from './object-store.ts'

export async function indexFolder(_files: ObjectFiles, _objects: ObjectStore): Promise<void> {}
