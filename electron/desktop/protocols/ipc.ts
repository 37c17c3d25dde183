import type { BrowserWindow, IpcMain, IpcMainInvokeEvent } from 'electron'
import * as z from 'zod/mini'
import type { FolderFindings } from '../../contract/commands/sources.ts'
import type { Source } from '../../contract/commands/uploads.ts'
import { commands } from '../../contract/commands.ts'
import { MAX_BATCH, S3_LIMITS } from '../../contract/limits.ts'
import { failed, type Outcome, succeeded } from '../../contract/outcome.ts'
import {
  commandChannel,
  INSPECT_FOLDERS_CHANNEL,
  MAX_MESSAGE_BYTES,
  noticeChannel,
  REGISTER_SOURCES_CHANNEL,
} from '../../contract/transport.ts'
import type { Core } from '../../core/create-core.ts'
import { bugFailure, dispatch, RefusedMessage } from '../../core/dispatch.ts'
import type { CorePorts, Log } from '../../core/ports.ts'

export interface IpcDeps {
  readonly ipcMain: IpcMain
  readonly core: Pick<Core, 'handlers' | 'registerSources' | 'inspectFolders'>
  readonly log: Log
  readonly currentWindow: () => BrowserWindow | null
  readonly pageOrigin: string
}

const filePath = z.string().check(z.minLength(1), z.maxLength(32_767))

/**
 * Sent by Ferry's preload, but validated because a compromised renderer process can send it as
 * well.
 */
const RegisteredFiles = z
  .array(
    z.strictObject({
      path: z.nullable(filePath),
      folder: z.optional(filePath),
      name: z.string().check(z.maxLength(1100)),
      byteLength: z.int().check(z.gte(0), z.lte(S3_LIMITS.maxObjectBytes * 1024)),
      modifiedAtMs: z.number(),
    }),
  )
  .check(z.minLength(1), z.maxLength(MAX_BATCH))

/** Null for a folder without a path. */
const InspectedFolders = z.array(z.nullable(filePath)).check(z.minLength(1), z.maxLength(MAX_BATCH))

/** Registers one channel per command of the table; other channels have no handler. */
export function serveCommands(deps: IpcDeps): void {
  const { ipcMain, core, log } = deps
  for (const name of Object.keys(commands)) {
    ipcMain.handle(commandChannel(name), (event, input: unknown) => {
      requireTrusted(event, input, deps)
      return dispatch(core.handlers, log, name, input)
    })
  }
  ipcMain.handle(REGISTER_SOURCES_CHANNEL, (event, files: unknown) => {
    requireTrusted(event, files, deps)
    return registerSources(deps, files)
  })
  ipcMain.handle(INSPECT_FOLDERS_CHANNEL, (event, folders: unknown) => {
    requireTrusted(event, folders, deps)
    return inspectFolders(deps, folders)
  })
}

async function registerSources(
  { core, log }: IpcDeps,
  files: unknown,
): Promise<Outcome<readonly Outcome<Source>[]>> {
  const parsed = RegisteredFiles.safeParse(files)
  if (!parsed.success) throw new RefusedMessage('Malformed input for registerSources')
  try {
    return succeeded(await core.registerSources(parsed.data))
  } catch (error) {
    return failed(bugFailure(log, error, 'registerSources'))
  }
}

async function inspectFolders(
  { core, log }: IpcDeps,
  folders: unknown,
): Promise<Outcome<readonly (FolderFindings | null)[]>> {
  const parsed = InspectedFolders.safeParse(folders)
  if (!parsed.success) throw new RefusedMessage('Malformed input for inspectFolders')
  try {
    return succeeded(await core.inspectFolders(parsed.data))
  } catch (error) {
    return failed(bugFailure(log, error, 'inspectFolders'))
  }
}

/** @throws RefusedMessage unless Ferry's page in its window sent a message of reasonable length. */
function requireTrusted(event: IpcMainInvokeEvent, input: unknown, deps: IpcDeps): void {
  if (!isTrusted(event, deps)) {
    deps.log.warn({}, 'Refused a message from outside the page')
    throw new RefusedMessage('Not from the page')
  }
  if (byteLengthOf(input) > MAX_MESSAGE_BYTES) throw new RefusedMessage('Message too large')
}

/**
 * `senderFrame` is null or detached after the frame has navigated or closed (Electron 33 and
 * later).
 */
function isTrusted(
  { sender, senderFrame }: IpcMainInvokeEvent,
  { currentWindow, pageOrigin }: IpcDeps,
): boolean {
  const window = currentWindow()
  if (window === null || window.isDestroyed() || senderFrame === null) return false
  return (
    sender.id === window.webContents.id &&
    !senderFrame.detached &&
    senderFrame.parent === null &&
    senderFrame.origin === pageOrigin
  )
}

/**
 * Infinity for values that JSON cannot represent (a cycle, a bigint), which no schema accepts
 * either.
 */
function byteLengthOf(input: unknown): number {
  try {
    return Buffer.byteLength(JSON.stringify(input) ?? '')
  } catch {
    return Number.POSITIVE_INFINITY
  }
}

/** Sends a notice to the window if one is open: on macOS the app runs on without one. */
export function notifyWindow(currentWindow: () => BrowserWindow | null): CorePorts['notify'] {
  return (name, payload) => {
    const window = currentWindow()
    if (window === null || window.isDestroyed() || window.webContents.isDestroyed()) return
    window.webContents.send(noticeChannel(name), payload)
  }
}
