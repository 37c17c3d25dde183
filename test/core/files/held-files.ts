import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { onTestFinished } from 'vitest'

/** Refuses renames and deletions of files as Windows does while another program has them open. */
export function holdFiles(tries: number, code = 'EPERM'): { readonly refusals: () => number } {
  const { rename, rm } = fs
  let refusals = 0
  const refuse = (call: string, path: unknown) => {
    if (refusals >= tries) return
    refusals += 1
    throw Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call })
  }
  fs.rename = async (from, to) => {
    refuse('rename', from)
    await rename(from, to)
  }
  fs.rm = async (path, options) => {
    refuse('unlink', path)
    await rm(path, options)
  }
  syncBuiltinESMExports()
  onTestFinished(() => {
    Object.assign(fs, { rename, rm })
    syncBuiltinESMExports()
  })
  return { refusals: () => refusals }
}
