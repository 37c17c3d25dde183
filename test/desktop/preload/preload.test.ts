import { EventEmitter } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { createBuilder } from 'vite'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { commands } from '../../../electron/contract/commands.ts'
import type { FerryBridge } from '../../../electron/contract/ferry-bridge.ts'
import type { UploadId } from '../../../electron/contract/ids.ts'
import { MAX_BATCH } from '../../../electron/contract/limits.ts'
import { notices } from '../../../electron/contract/notices.ts'
import {
  commandChannel,
  INSPECT_FOLDERS_CHANNEL,
  noticeChannel,
  REGISTER_SOURCES_CHANNEL,
} from '../../../electron/contract/transport.ts'

const CONFIG = fileURLToPath(new URL('../../../vite.config.ts', import.meta.url))
const uploadId = '0b8e5c3e-6a55-4c0e-9a53-2f6f6a8b7c11' as UploadId

interface FakeFile {
  readonly name: string
  readonly size: number
  readonly lastModified: number
  readonly path: string
  readonly webkitRelativePath?: string
}

let folder: string
let code: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ferry-preload-'))
  const builder = await createBuilder({
    configFile: CONFIG,
    logLevel: 'silent',
    environments: { preload: { build: { outDir: folder } } },
  })
  const { preload } = builder.environments
  if (preload === undefined) throw new Error('vite.config.ts makes no preload')
  await builder.build(preload)
  code = readFileSync(join(folder, 'index.cjs'), 'utf8')
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true }))

let required: string[]
let exposed: Map<string, FerryBridge<FakeFile>>
let invoked: { channel: string; input: unknown }[]
let ipcRenderer: EventEmitter & { invoke: (channel: string, input: unknown) => Promise<unknown> }

/** Runs the bundle like a sandboxed preload: without Node globals except `require`. */
beforeEach(() => {
  required = []
  exposed = new Map()
  invoked = []
  ipcRenderer = Object.assign(new EventEmitter(), {
    invoke: async (channel: string, input: unknown) => {
      invoked.push({ channel, input })
      return { ok: true, value: {} }
    },
  })
  const electron = {
    ipcRenderer,
    contextBridge: {
      exposeInMainWorld: (name: string, api: FerryBridge<FakeFile>) => exposed.set(name, api),
    },
    webUtils: { getPathForFile: (file: FakeFile) => file.path },
  }
  const require = (name: string) => {
    required.push(name)
    if (name !== 'electron') throw new Error(`A sandboxed preload has no ${name}`)
    return electron
  }
  const module = { exports: {} }
  runInContext(code, createContext({ require, module, exports: module.exports }))
})

function ferry(): FerryBridge<FakeFile> {
  const bridge = exposed.get('ferry')
  if (bridge === undefined) throw new Error('The preload exposed no bridge')
  return bridge
}

describe('the preload bundle', () => {
  it('is one small CommonJS file that needs electron and nothing else', () => {
    expect(readdirSync(folder)).toEqual(['index.cjs', 'licenses.md'])
    expect(required).toEqual(['electron'])
    expect(statSync(join(folder, 'index.cjs')).size).toBeLessThan(5_000)
  })

  it('exposes the commands of the table as functions, and nothing of Electron', () => {
    expect([...exposed.keys()]).toEqual(['ferry'])
    expect(Object.keys(ferry()).sort()).toEqual([
      'commands',
      'inspectFolders',
      'notices',
      'registerSources',
    ])
    expect(Object.keys(ferry().commands)).toEqual(Object.keys(commands))
    expect(Object.keys(ferry().notices)).toEqual(Object.keys(notices))
    const entries = [...Object.values(ferry().commands), ...Object.values(ferry().notices)]
    expect(entries.every((entry) => typeof entry === 'function')).toBe(true)
  })
})

describe('the bridge', () => {
  it('sends a command on its own channel and returns the outcome', async () => {
    const outcome = await ferry().commands.cancelUpload({ uploadId })

    expect(outcome).toEqual({ ok: true, value: {} })
    expect(invoked).toEqual([{ channel: commandChannel('cancelUpload'), input: { uploadId } }])
  })

  it("gives listeners the payload, never Electron's event, until they unsubscribe", () => {
    const heard: unknown[][] = []
    const listener = (...args: unknown[]) => void heard.push(args)
    const unsubscribe = ferry().notices.troublesChanged(listener)
    const channel = noticeChannel('troublesChanged')
    ipcRenderer.emit(channel, { sender: 'electron' }, { troubles: [] })

    unsubscribe()
    ipcRenderer.emit(channel, { sender: 'electron' }, { troubles: [] })

    expect(heard).toEqual([[{ troubles: [] }]])
    expect(ipcRenderer.listenerCount(channel)).toBe(0)
  })

  it('keeps two subscriptions of one listener apart', () => {
    const heard: unknown[] = []
    const listener = (payload: unknown) => void heard.push(payload)
    const first = ferry().notices.troublesChanged(listener)
    ferry().notices.troublesChanged(listener)

    first()
    ipcRenderer.emit(noticeChannel('troublesChanged'), {}, { troubles: [] })

    expect(heard).toHaveLength(1)
  })

  it('finds the paths of files itself: the page gets only outcomes', async () => {
    await ferry().registerSources([
      { name: 'a.txt', size: 3, lastModified: 5, path: '/home/me/a.txt' },
      { name: 'image.png', size: 4, lastModified: 6, path: '' },
    ])

    expect(JSON.parse(JSON.stringify(invoked))).toEqual([
      {
        channel: REGISTER_SOURCES_CHANNEL,
        input: [
          { path: '/home/me/a.txt', name: 'a.txt', byteLength: 3, modifiedAtMs: 5 },
          { path: null, name: 'image.png', byteLength: 4, modifiedAtMs: 6 },
        ],
      },
    ])
  })

  it('reports the chosen folder of a file', async () => {
    const facts = { name: 'a', size: 1, lastModified: 2, path: '/home/me/album/sub/a' }

    await ferry().registerSources([{ ...facts, webkitRelativePath: 'album/sub/a' }])

    const input = [{ path: facts.path, folder: '/home/me/album', name: 'a' }]
    expect(JSON.parse(JSON.stringify(invoked))).toMatchObject([{ input }])
  })

  it('finds the paths of folders itself: the page passes none', async () => {
    const facts = { name: 'a', size: 1, lastModified: 2 }

    await ferry().inspectFolders([
      { ...facts, path: '/home/me/album', webkitRelativePath: '' },
      { ...facts, path: '/home/me/album/sub/a', webkitRelativePath: 'album/sub/a' },
      { ...facts, path: '', webkitRelativePath: '' },
    ])

    expect(JSON.parse(JSON.stringify(invoked))).toEqual([
      { channel: INSPECT_FOLDERS_CHANNEL, input: ['/home/me/album', '/home/me/album', null] },
    ])
  })

  it('refuses more folders than one call may carry', async () => {
    const file = { name: 'a', size: 0, lastModified: 0, path: '/a', webkitRelativePath: '' }
    const files = Array.from({ length: MAX_BATCH + 1 }, () => file)

    await expect(ferry().inspectFolders(files)).rejects.toThrow('More than 500 folders in a call')
    expect(invoked).toEqual([])
  })

  it('refuses more files than one call may carry', async () => {
    const file = { name: 'a', size: 0, lastModified: 0, path: '/a' }
    const files = Array.from({ length: MAX_BATCH + 1 }, () => file)

    await expect(ferry().registerSources(files)).rejects.toThrow('More than 500 files in one call')
    expect(invoked).toEqual([])
  })
})
