// Two functions that run in the page's process. They are passed to Chromium as text, so they must
// not use anything outside themselves. `standInIpc` and `standInPaths` are bindings of window.ts.

declare const standInIpc: (message: string) => void
declare const standInPaths: (callId: string) => void

/**
 * Runs before the preload, in an isolated world: what `require('electron')` returns to a sandboxed
 * preload (docs/tutorial/sandbox.md). Objects are passed to the page as details of events, which
 * Chromium clones from world to world synchronously, Files included, as the real bridge does
 * (docs/api/context-bridge.md, "Parameter / Error / Return Type support").
 */
export function isolatedWorld(): void {
  type Call = { id: number; fn: number; args: unknown[]; filePaths: string[] | null }
  type Callback = { callback: number }
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners = new Map<string, ((event: null, payload: unknown) => void)[]>()
  const functions: ((...args: unknown[]) => unknown)[] = []
  const paths = new WeakMap<File, string>()
  let lastId = 0
  const tell = (name: string, detail: unknown) =>
    dispatchEvent(new CustomEvent(`stand-in-${name}`, { detail }))

  Object.assign(globalThis, {
    standInReply: (id: number, isOk: boolean, value: unknown) => {
      const answer = waiting.get(id)
      waiting.delete(id)
      if (isOk) answer?.resolve(value)
      else answer?.reject(new Error(String(value)))
    },
    standInNotice: (channel: string, payload: unknown) => {
      for (const listener of listeners.get(channel) ?? []) listener(null, payload)
    },
  })

  const ipcRenderer = {
    invoke: (channel: string, input: unknown) => {
      lastId += 1
      const answer = Promise.withResolvers<unknown>()
      waiting.set(lastId, answer)
      standInIpc(JSON.stringify({ id: lastId, channel, input }))
      return answer.promise
    },
    on: (channel: string, listener: (event: null, payload: unknown) => void) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
    },
    removeListener: (channel: string, listener: unknown) => {
      const rest = (listeners.get(channel) ?? []).filter((each) => each !== listener)
      listeners.set(channel, rest)
    },
  }

  const webUtils = {
    getPathForFile: (file: unknown) => {
      if (!(file instanceof File)) throw new TypeError('Not a File')
      return paths.get(file) ?? ''
    },
  }

  const shapeOf = (value: unknown): object => {
    if (typeof value === 'function') {
      functions.push(value as (...args: unknown[]) => unknown)
      return { fn: functions.length - 1 }
    }
    if (typeof value !== 'object' || value === null) return { value }
    return { entries: Object.entries(value).map(([key, each]) => [key, shapeOf(each)]) }
  }

  const call = ({ id, fn, args, filePaths }: Call) => {
    const files = args[0] as File[]
    filePaths?.forEach((path, index) => {
      const file = files[index]
      if (file !== undefined) paths.set(file, path)
    })
    const real = args.map((each) => {
      const callback = (each as Callback | null)?.callback
      if (callback === undefined) return each
      return (...given: unknown[]) => tell('callback', { callback, args: given })
    })
    const result = functions[fn]?.(...real)
    if (!(result instanceof Promise)) {
      tell('result', { id, ...shapeOf(result) })
      return
    }
    result.then(
      (value) => tell('settled', { id, isOk: true, value }),
      (error: Error) => tell('settled', { id, isOk: false, value: error.message }),
    )
    tell('result', { id, isPromise: true })
  }

  const contextBridge = {
    exposeInMainWorld: (key: string, api: unknown) => {
      const exposed = { key, shape: shapeOf(api) }
      addEventListener('stand-in-ask', () => tell('shape', exposed))
      addEventListener('stand-in-call', (event) => call((event as CustomEvent<Call>).detail))
    },
  }

  Object.assign(globalThis, {
    require: (name: string) => {
      if (name !== 'electron') throw new Error(`module not found: ${name}`)
      return { contextBridge, ipcRenderer, webUtils }
    },
    exports: {},
    module: { exports: {} },
  })
}

/** Runs in the page before its own scripts: builds the API that the preload exposed. */
export function mainWorld(): void {
  type Shape =
    | { fn: number }
    | { entries: [string, Shape][] }
    | { value: unknown }
    | { isPromise: true }
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const callbacks = new Map<number, (...args: unknown[]) => void>()
  const askedPaths = new Map<number, (paths: string[]) => void>()
  const files: Record<number, readonly File[]> = {}
  let exposed: { key: string; shape: Shape } | null = null
  let result: Shape | null = null
  let lastId = 0
  const tell = (name: string, detail: unknown) =>
    dispatchEvent(new CustomEvent(`stand-in-${name}`, { detail }))
  const hear = <T>(name: string, listener: (detail: T) => void) =>
    addEventListener(`stand-in-${name}`, (event) => listener((event as CustomEvent<T>).detail))

  hear<typeof exposed>('shape', (detail) => {
    exposed = detail
  })
  hear<Shape>('result', (detail) => {
    result = detail
  })
  hear<{ callback: number; args: unknown[] }>('callback', ({ callback, args }) => {
    callbacks.get(callback)?.(...args)
  })
  hear<{ id: number; isOk: boolean; value: unknown }>('settled', ({ id, isOk, value }) => {
    const answer = waiting.get(id)
    waiting.delete(id)
    if (isOk) answer?.resolve(value)
    else answer?.reject(new Error(String(value)))
  })

  const call = (fn: number, args: unknown[], filePaths: string[] | null): unknown => {
    lastId += 1
    const id = lastId
    const plain = args.map((each) => {
      if (typeof each !== 'function') return each
      callbacks.set(id, each as (...given: unknown[]) => void)
      return { callback: id }
    })
    const answer = Promise.withResolvers<unknown>()
    waiting.set(id, answer)
    result = null
    tell('call', { id, fn, args: plain, filePaths })
    if (result === null) throw new Error('An object could not be cloned.')
    return 'isPromise' in result ? answer.promise : build(result)
  }
  // Chromium reveals the path of a File only to the debugger, so it is requested before the call.
  const callWithPaths = async (fn: number, args: unknown[]) => {
    lastId += 1
    const id = lastId
    files[id] = args[0] as readonly File[]
    const found = Promise.withResolvers<string[]>()
    askedPaths.set(id, found.resolve)
    standInPaths(String(id))
    const filePaths = await found.promise
    delete files[id]
    askedPaths.delete(id)
    return call(fn, args, filePaths)
  }
  const build = (shape: Shape): unknown => {
    if ('fn' in shape) {
      const { fn } = shape
      return (...args: unknown[]) => {
        const [first] = args
        const hasFiles = Array.isArray(first) && first.some((each) => each instanceof File)
        return hasFiles ? callWithPaths(fn, args) : call(fn, args, null)
      }
    }
    if ('entries' in shape) {
      return Object.freeze(
        Object.fromEntries(shape.entries.map(([key, each]) => [key, build(each)])),
      )
    }
    return 'value' in shape ? shape.value : undefined
  }

  Object.defineProperties(globalThis, {
    standInFiles: { value: files },
    standInFound: { value: (id: number, found: string[]) => askedPaths.get(id)?.(found) },
  })
  tell('ask', null)
  const given = exposed as { key: string; shape: Shape } | null
  if (given !== null) Object.defineProperty(globalThis, given.key, { value: build(given.shape) })

  // `source:` is a scheme of the app; endpoint.ts says why it has another name here.
  const chromiumFetch = globalThis.fetch
  globalThis.fetch = (input: RequestInfo | URL, init?: RequestInit) =>
    chromiumFetch(
      typeof input === 'string'
        ? input.replace(/^source:\/\/([^/]+)\//, 'http://$1.source.localhost/')
        : input,
      init,
    )
}
