import { EventEmitter } from 'node:events'

type Handler = (event: object, input: unknown) => unknown

export const ipcMain = Object.assign(new EventEmitter(), {
  handlers: new Map<string, Handler>(),
  handle(channel: string, handler: Handler): void {
    if (ipcMain.handlers.has(channel)) throw new Error(`Second handler for ${channel}`)
    ipcMain.handlers.set(channel, handler)
  },
  /** Like Electron: an unknown channel and an exception both reject. */
  async invoke(channel: string, event: object, input: unknown): Promise<unknown> {
    const handler = ipcMain.handlers.get(channel)
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`)
    return handler(event, input)
  },
  reset(): void {
    ipcMain.handlers.clear()
    ipcMain.removeAllListeners()
  },
})
