import { homedir } from 'node:os'
import { usualFolder } from '../core/host/usual-folder.ts'

export interface DefaultFolder {
  readonly dataFolder: string
  /** The folder of an older Ferry that the desktop goes on with; null: there is none. */
  readonly passedOver: string | null
}

/** Where the browser's host keeps its data unless it is told otherwise. */
export function defaultFolder(): DefaultFolder {
  const { platform, env: environment } = process
  const { folder, passedOver } = usualFolder('loopback', {
    ...{ platform, environment, home: homedir() },
  })
  return { dataFolder: folder, passedOver }
}
