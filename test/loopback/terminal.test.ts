import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { confirmOnTerminal, openTerminal } from '../../electron/loopback/terminal.ts'

function aTerminal({ isTTY = true, patienceMs = 60_000, isInForeground = true } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const output = Object.assign(new PassThrough(), { isTTY })
  let shown = ''
  output.on('data', (bytes: Buffer) => {
    shown += bytes.toString()
  })
  const terminal = openTerminal(input, output, {
    patienceMs,
    isInForeground: () => isInForeground,
  })
  onTestFinished(terminal.close)
  const type = (line: string) => void input.write(`${line}\n`)
  /** Types after new output appears, like a user. */
  const typeAt = async (question: string, line: string) => {
    await expect.poll(() => shown).toContain(question)
    type(line)
  }
  return { terminal, input, type, typeAt, shown: () => shown }
}

describe('the terminal of the browser host', () => {
  it('accepts only yes as a yes', async () => {
    const { terminal, typeAt } = aTerminal()
    for (const [index, [line, answer]] of [
      ['y', true],
      ['YES', true],
      ['', false],
      ['n', false],
      ['yes please', false],
    ].entries()) {
      const asked = terminal.ask(`Question ${index}?`)
      await typeAt(`Question ${index}?`, String(line))
      expect(await asked, `${line}`).toBe(answer)
    }
  })

  it('asks one question at a time, and passes on lines that answer none', async () => {
    const { terminal, type, typeAt, shown } = aTerminal()
    const heard: string[] = []
    const stop = terminal.onLine((line) => heard.push(line))
    type('y')
    await expect.poll(() => heard).toEqual(['y'])
    const first = terminal.ask('First?')
    const second = terminal.ask('Second?')
    await expect.poll(shown).toContain('First?')
    expect(shown()).not.toContain('Second?')
    type('n')
    expect(await first).toBe(false)
    await typeAt('Second?', 'y')
    expect(await second).toBe(true)
    stop()
    type('later')
    expect(heard).toEqual(['y'])
  })

  it('allows nothing without an answer, for too many questions, and after its end', async () => {
    const { terminal, input, shown } = aTerminal({ patienceMs: 20 })
    expect(await terminal.ask('Anybody?')).toBe(false)
    const many = Array.from({ length: 20 }, () => terminal.ask('Flood?'))
    expect(await Promise.all(many)).not.toContain(true)
    input.end()
    await expect.poll(shown).toContain('cannot ask here any more')
    expect(await terminal.ask('Still there?')).toBe(false)
  })

  it('prints no escape sequence', async () => {
    const { terminal, typeAt, shown } = aTerminal()
    const asked = terminal.ask('Allow \u001b[2Jgood.example\u202e?')
    await typeAt('Allow [2Jgood.example?', 'n')
    await asked
    for (const forged of ['\u001b', '\u202e']) expect(shown()).not.toContain(forged)
  })

  it.each([
    ['a pipe', { isTTY: false }],
    ['a job in the background', { isInForeground: false }],
  ])('cannot ask in %s', async (_where, options) => {
    const { terminal } = aTerminal(options)
    expect(terminal.canAsk).toBe(false)
    const confirm = confirmOnTerminal(terminal)
    const keys = { kind: 'environment' } as const
    expect(await confirm({ kind: 'sign-in', keys })).toBe('cannot-ask')
  })

  it('names the subject, with names that cannot forge a line', async () => {
    const { terminal, typeAt, shown } = aTerminal()
    const confirm = confirmOnTerminal(terminal)
    const asked = confirm({
      kind: 'new-endpoint',
      endpoint: 'https://store.example',
      keys: { kind: 'profile', profile: 'work\nAllowed by IT.' },
    })
    await typeAt('[y/N]', 'y')
    expect(await asked).toBe('confirmed')
    expect(shown()).toContain('requests to https://store.example.\n')
    expect(shown()).toContain('the AWS profile work Allowed by IT. of this computer')
  })
})
