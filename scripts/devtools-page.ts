import { setTimeout as pause } from 'node:timers/promises'

const ASK_EVERY_MS = 250

interface Target {
  readonly type: string
  readonly webSocketDebuggerUrl?: string
}

/** A page of a running Chromium, controlled over its DevTools port. */
export interface DevToolsPage {
  /** Evaluates an expression in the page and awaits a promise. */
  readonly evaluate: (expression: string) => Promise<unknown>
  /** Evaluates repeatedly until the value is not false, null or empty. */
  readonly until: (what: string, expression: string) => Promise<unknown>
  /** Sets the files of the input that matches the selector. */
  readonly chooseFiles: (selector: string, paths: readonly string[]) => Promise<void>
  readonly close: () => void
}

interface Answer {
  readonly id: number
  readonly result?: Record<string, unknown>
  readonly error?: { readonly message: string }
}

/**
 * Waits for the first page of the program that listens on the port. Playwright cannot be used: its
 * `_electron` needs `--inspect`, which the fuses of a release disable. `--remote-debugging-port` is
 * Chromium's own option and not affected by fuses: shell/browser/electron_browser_main_parts.cc.
 */
export async function openDevToolsPage(port: number, signal: AbortSignal): Promise<DevToolsPage> {
  const url = await firstPage(port, signal)
  const send = await connect(url)
  const evaluate = async (expression: string) => {
    const { result, exceptionDetails } = await send.call('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })
    if (exceptionDetails !== undefined) throw new Error(`The page threw in: ${expression}`)
    return (result as { readonly value?: unknown }).value
  }
  const until = (what: string, expression: string) =>
    untilTruthy(what, () => evaluate(expression), signal)
  const chooseFiles = async (selector: string, files: readonly string[]) => {
    const { root } = await send.call('DOM.getDocument', {})
    const { nodeId } = await send.call('DOM.querySelector', {
      nodeId: (root as { readonly nodeId: number }).nodeId,
      selector,
    })
    await send.call('DOM.setFileInputFiles', { nodeId, files })
  }
  return { evaluate, until, chooseFiles, close: send.close }
}

/** Chromium refuses an evaluation while the page is loading another document. */
export class PageNotReady extends Error {}

const NOT_READY = /execution context|context with specified id|target navigated/i

/**
 * @param what names the condition in the timeout error.
 * @throws any error of `ask` except `PageNotReady`.
 */
export async function untilTruthy(
  what: string,
  ask: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<unknown> {
  for (;;) {
    const value = await ask().catch((error: unknown) => {
      if (error instanceof PageNotReady) return null
      throw error
    })
    if (value) return value
    if (signal.aborted) throw new Error(`It took too long: ${what}`)
    await pause(ASK_EVERY_MS)
  }
}

async function firstPage(port: number, signal: AbortSignal): Promise<string> {
  for (;;) {
    const page = (await targets(port)).find(({ type }) => type === 'page')
    if (page?.webSocketDebuggerUrl !== undefined) return page.webSocketDebuggerUrl
    if (signal.aborted) throw new Error('It took too long: a window')
    await pause(ASK_EVERY_MS)
  }
}

async function targets(port: number): Promise<readonly Target[]> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`)
    return (await answer.json()) as readonly Target[]
  } catch {
    // The program does not listen yet.
    return []
  }
}

function refusalOf(message: string): Error {
  return NOT_READY.test(message) ? new PageNotReady(message) : new Error(message)
}

async function connect(url: string) {
  const socket = new WebSocket(url)
  const opened = Promise.withResolvers<void>()
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>()
  const gone = () => {
    const error = new Error('The page is gone')
    opened.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  socket.addEventListener('open', () => opened.resolve())
  socket.addEventListener('close', gone)
  socket.addEventListener('error', gone)
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer
    const asked = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) asked?.resolve(result ?? {})
    else asked?.reject(refusalOf(error.message))
  })
  await opened.promise
  let lastId = 0
  return {
    call(method: string, params: object): Promise<Record<string, unknown>> {
      lastId += 1
      const asked = Promise.withResolvers<Record<string, unknown>>()
      waiting.set(lastId, asked)
      socket.send(JSON.stringify({ id: lastId, method, params }))
      return asked.promise
    },
    close: () => socket.close(),
  }
}
