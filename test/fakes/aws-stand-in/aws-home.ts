import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../../electron/core/ports.ts'
import { sharedBitsOf } from '../../loopback/loopback-harness.ts'
import { temporaryFolder } from '../core-ports.ts'

/** A home folder with its own `.aws`, and nothing of the computer's configuration. */
export class AwsHome {
  readonly folder: string
  readonly remove: () => void

  constructor() {
    const { folder, remove } = temporaryFolder()
    this.folder = folder
    this.remove = remove
    mkdirSync(join(folder, '.aws'))
  }

  get environment(): Environment {
    return { HOME: this.folder }
  }

  config(text: string): void {
    writeFileSync(join(this.folder, '.aws', 'config'), text)
  }

  credentials(text: string): void {
    writeFileSync(join(this.folder, '.aws', 'credentials'), text)
  }

  /** A program for `credential_process`, and the command line that runs it. */
  program(name: string, script: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, script)
    return `"${process.execPath}" "${path}"`
  }

  /** Tokens by file name, and the mode bits that let others read them. */
  ssoCache(): Record<
    string,
    { readonly sharedBits: number; readonly token: Record<string, unknown> }
  > {
    const folder = join(this.folder, '.aws', 'sso', 'cache')
    const entries = readdirSync(folder).map((name) => {
      const path = join(folder, name)
      return [
        name,
        { sharedBits: sharedBitsOf(statSync(path)), token: JSON.parse(readFileSync(path, 'utf8')) },
      ]
    })
    return Object.fromEntries(entries)
  }

  putToken(name: string, token: object): void {
    const folder = join(this.folder, '.aws', 'sso', 'cache')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), JSON.stringify(token))
  }
}
