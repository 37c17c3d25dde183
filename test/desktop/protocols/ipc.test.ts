import { beforeEach, describe, expect, it, vi } from 'vitest'
import { commands } from '../../../electron/contract/commands.ts'
import { type CommandHandlers, mapRows } from '../../../electron/contract/ferry-bridge.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { failed, succeeded } from '../../../electron/contract/outcome.ts'
import {
  commandChannel,
  INSPECT_FOLDERS_CHANNEL,
  MAX_MESSAGE_BYTES,
  noticeChannel,
  REGISTER_SOURCES_CHANNEL,
} from '../../../electron/contract/transport.ts'
import type { SourceFacts } from '../../../electron/core/ports.ts'
import { notifyWindow, serveCommands } from '../../../electron/desktop/protocols/ipc.ts'
import { FakeWebContents, FakeWindow, ipcMain, standIn } from '../../fakes/electron.ts'

const uploadId = '0b8e5c3e-6a55-4c0e-9a53-2f6f6a8b7c11'
const file: SourceFacts = { path: '/home/me/a.txt', name: 'a.txt', byteLength: 1, modifiedAtMs: 2 }

let window: FakeWindow
let isWindowOpen: boolean
let handlers: { [N in keyof CommandHandlers]: ReturnType<typeof vi.fn> }
let registerSources: ReturnType<typeof vi.fn>
let inspectFolders: ReturnType<typeof vi.fn>
let logged: string[]

beforeEach(() => {
  ipcMain.reset()
  window = new FakeWindow()
  isWindowOpen = true
  handlers = mapRows(commands, () => vi.fn(async () => succeeded({})))
  registerSources = vi.fn(async () => [failed({ kind: 'source-missing' })])
  inspectFolders = vi.fn(async () => [null])
  logged = []
  const write = (event: object, text: string) => void logged.push(JSON.stringify(event) + text)
  serveCommands({
    ipcMain: standIn(ipcMain),
    core: standIn({ handlers, registerSources, inspectFolders }),
    log: { info: write, warn: write, error: write },
    currentWindow: () => (isWindowOpen ? standIn(window) : null),
    pageOrigin: 'app://ferry',
  })
})

const ours = () => ({ sender: window.webContents, senderFrame: window.webContents.mainFrame })
const cancel = (event: object, input: unknown = { uploadId }) =>
  ipcMain.invoke(commandChannel('cancelUpload'), event, input)

function circle(): unknown[] {
  const items: unknown[] = []
  items.push(items)
  return items
}

describe('a command', () => {
  it('has one channel per command of the table and no other', () => {
    expect([...ipcMain.handlers.keys()].sort()).toEqual(
      [
        ...Object.keys(commands).map(commandChannel),
        REGISTER_SOURCES_CHANNEL,
        INSPECT_FOLDERS_CHANNEL,
      ].sort(),
    )
  })

  it('reaches its handler and returns the outcome', async () => {
    handlers.cancelUpload.mockResolvedValue(failed({ kind: 'unknown-id' }))

    const outcome = await cancel(ours())

    expect(outcome).toEqual({ ok: false, failure: { kind: 'unknown-id' } })
    expect(handlers.cancelUpload).toHaveBeenCalledWith({ uploadId })
  })

  it('that is not in the table does not exist', async () => {
    await expect(ipcMain.invoke(commandChannel('format'), ours(), {})).rejects.toThrow(
      'No handler registered',
    )
  })

  it.each([
    ['another window', () => ({ ...ours(), sender: new FakeWebContents() })],
    ['a frame that is gone', () => ({ ...ours(), senderFrame: null })],
    [
      'a frame that is being replaced',
      () => ({ ...ours(), senderFrame: { ...window.webContents.mainFrame, detached: true } }),
    ],
    [
      'an inner frame',
      () => ({ ...ours(), senderFrame: { origin: 'app://ferry', parent: {}, detached: false } }),
    ],
    [
      'another origin',
      () => ({ ...ours(), senderFrame: { origin: 'https://evil.example', parent: null } }),
    ],
    ['an opaque origin', () => ({ ...ours(), senderFrame: { origin: 'null', parent: null } })],
  ])('from %s is refused before it is read', async (_name, event) => {
    await expect(cancel(event())).rejects.toThrow('Not from the page')
    await expect(ipcMain.invoke(REGISTER_SOURCES_CHANNEL, event(), [file])).rejects.toThrow(
      'Not from the page',
    )
    await expect(ipcMain.invoke(INSPECT_FOLDERS_CHANNEL, event(), ['/home/me'])).rejects.toThrow(
      'Not from the page',
    )
    expect(handlers.cancelUpload).not.toHaveBeenCalled()
    expect(registerSources).not.toHaveBeenCalled()
    expect(inspectFolders).not.toHaveBeenCalled()
  })

  it('is refused when there is no window, or it is being destroyed', async () => {
    const event = ours()
    window.isGone = true
    await expect(cancel(event)).rejects.toThrow('Not from the page')

    isWindowOpen = false
    await expect(cancel(event)).rejects.toThrow('Not from the page')
  })

  it.each([
    ['too little', {}],
    ['too much', { uploadId, path: '/etc/passwd' }],
    ['no id', { uploadId: '../../x' }],
    ['nothing', null],
  ])('with the input %s is refused', async (_name, input) => {
    await expect(cancel(ours(), input)).rejects.toThrow('Malformed input for cancelUpload')
    expect(handlers.cancelUpload).not.toHaveBeenCalled()
  })

  it('longer than a message may be is refused before its schema sees it', async () => {
    await expect(cancel(ours(), 'x'.repeat(MAX_MESSAGE_BYTES))).rejects.toThrow('Message too large')
  })

  it.each([
    ['a circle', circle()],
    ['a bigint', { uploadId, n: 1n }],
  ])('with %s is refused', async (_name, input) => {
    await expect(cancel(ours(), input)).rejects.toThrow('Message too large')
  })

  it('answers a bug with a reference, never with its message', async () => {
    handlers.cancelUpload.mockRejectedValue(new Error('secret https://x/?X-Amz-Signature=abc'))

    const outcome = await cancel(ours())

    expect(outcome).toEqual({
      ok: false,
      failure: { kind: 'internal', reference: expect.stringMatching(/^[0-9a-f]{8}$/) },
    })
    expect(JSON.stringify(logged)).not.toContain('X-Amz-Signature')
  })
})

describe('registering files', () => {
  const register = (files: unknown) => ipcMain.invoke(REGISTER_SOURCES_CHANNEL, ours(), files)

  it('passes on what the preload knows and answers for each file', async () => {
    const pasted = { ...file, path: null }

    const outcome = await register([file, pasted])

    expect(registerSources).toHaveBeenCalledWith([file, pasted])
    expect(outcome).toEqual({
      ok: true,
      value: [{ ok: false, failure: { kind: 'source-missing' } }],
    })
  })

  it.each([
    ['nothing', []],
    ['too many', Array.from({ length: MAX_BATCH + 1 }, () => file)],
    ['no list', file],
    ['an empty path', [{ ...file, path: '' }]],
    ['a number for a path', [{ ...file, path: 7 }]],
    ['a negative length', [{ ...file, byteLength: -1 }]],
    ['a fraction of a byte', [{ ...file, byteLength: 0.5 }]],
    ['no time', [{ ...file, modifiedAtMs: Number.NaN }]],
    ['more than asked', [{ ...file, content: 'x' }]],
  ])('is refused with %s', async (_name, files) => {
    await expect(register(files)).rejects.toThrow('Malformed input for registerSources')
    expect(registerSources).not.toHaveBeenCalled()
  })

  it('answers a bug with a reference', async () => {
    registerSources.mockRejectedValue(new Error('/home/me/secret'))

    const outcome = await register([file])

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'internal' } })
    expect(JSON.stringify(outcome)).not.toContain('/home/me')
  })
})

describe('inspecting folders', () => {
  const inspect = (folders: unknown) => ipcMain.invoke(INSPECT_FOLDERS_CHANNEL, ours(), folders)

  it('passes on what the preload knows and answers for each folder', async () => {
    const found = { linkCount: 1, hidden: [], isComplete: true }
    inspectFolders.mockResolvedValue([found, null])

    const outcome = await inspect(['/home/me/album', null])

    expect(inspectFolders).toHaveBeenCalledWith(['/home/me/album', null])
    expect(outcome).toEqual({ ok: true, value: [found, null] })
  })

  it.each([
    ['nothing', []],
    ['too many', Array.from({ length: MAX_BATCH + 1 }, () => '/a')],
    ['no list', '/home/me'],
    ['an empty path', ['']],
    ['a number', [7]],
    ['a path without end', ['/a'.repeat(20_000)]],
  ])('is refused with %s', async (_name, folders) => {
    await expect(inspect(folders)).rejects.toThrow('Malformed input for inspectFolders')
    expect(inspectFolders).not.toHaveBeenCalled()
  })

  it('answers a bug with a reference', async () => {
    inspectFolders.mockRejectedValue(new Error('/home/me/secret'))

    const outcome = await inspect(['/home/me/secret'])

    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'internal' } })
    expect(JSON.stringify(outcome)).not.toContain('/home/me')
  })
})

describe('a notice', () => {
  it("is sent to Ferry's window", () => {
    notifyWindow(() => standIn(window))('troublesChanged', { troubles: [] })

    expect(window.webContents.sent).toEqual([
      { channel: noticeChannel('troublesChanged'), payload: { troubles: [] } },
    ])
  })

  it('is dropped when there is no window', () => {
    window.webContents.isGone = true
    notifyWindow(() => standIn(window))('troublesChanged', { troubles: [] })
    window.isGone = true
    notifyWindow(() => standIn(window))('troublesChanged', { troubles: [] })
    notifyWindow(() => null)('troublesChanged', { troubles: [] })

    expect(window.webContents.sent).toEqual([])
  })
})
