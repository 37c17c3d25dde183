import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { connectToParent } from '../../../electron/desktop/boot/parent-process.ts'
import { PARENT_WAITS, QUIT } from '../../../electron/files/shutdown.ts'

class FakeProcess extends EventEmitter {
  connected = true
  readonly sent: unknown[] = []
  readonly channel = { ref: () => undefined, unref: () => undefined }

  send = (message: unknown, ...rest: readonly unknown[]): boolean => {
    this.sent.push(message)
    const callback = rest.at(-1)
    if (typeof callback === 'function') callback(null)
    return true
  }
}

function opened(env: NodeJS.ProcessEnv = { [PARENT_WAITS]: '1' }) {
  const self = new FakeProcess()
  const ends: string[] = []
  const starter = connectToParent(self, env)
  starter.onEnd(() => ends.push('early'))
  return { self, starter, ends, env }
}

describe('the program that started the app', () => {
  it('is told that the window is open and that the app ends by itself', async () => {
    const { self, starter } = opened()

    starter.ready()
    await starter.leaving()

    expect(self.sent).toEqual([{ ferry: 'ready' }, { ferry: 'leaving' }])
  })

  it.each([
    ['asks for it', (self: FakeProcess) => self.emit('message', QUIT)],
    ['has ended', (self: FakeProcess) => self.emit('disconnect')],
  ])('has the app closed when it %s, by the listener at that time', (_name, end) => {
    const { self, starter, ends } = opened()
    starter.onEnd(() => ends.push('in order'))

    end(self)

    expect(ends).toEqual(['in order'])
  })

  it('has the app closed even before there is a listener', () => {
    const { self, starter, ends } = opened()

    self.emit('message', QUIT)
    starter.onEnd(() => ends.push('in order'))

    expect(ends).toEqual(['early', 'in order'])
  })

  it('does not delay the end once it has ended', async () => {
    const { self, starter } = opened()
    self.connected = false

    await starter.leaving()

    expect(self.sent).toEqual([])
  })

  it("is not inherited by the app's own children", () => {
    const { env } = opened()

    expect(env).toEqual({})
  })

  it('is not assumed when another program has a channel to it', async () => {
    const { self, starter, ends } = opened({})

    self.emit('message', QUIT)
    self.emit('disconnect')
    starter.ready()
    await starter.leaving()

    expect([ends, self.sent]).toEqual([[], []])
  })
})
