import { beforeEach, describe, expect, it } from 'vitest'
import type { Confirmation } from '../../../electron/core/credentials/confirmation.ts'
import { confirmInDialog } from '../../../electron/desktop/security/confirm-dialog.ts'
import { dialog, FakeWindow, standIn } from '../../fakes/electron.ts'

const NEW: Confirmation = {
  kind: 'new-endpoint',
  endpoint: 'https://store.example',
  keys: { kind: 'keys', accessKeyId: 'AKIA' },
}

const confirm = () => confirmInDialog(standIn(dialog), () => standIn(new FakeWindow()))

beforeEach(() => {
  dialog.asked.length = 0
  dialog.response = 0
})

describe('a dialog of the desktop', () => {
  it('refuses on Return and on Escape, and names its subject', async () => {
    const answer = await confirm()(NEW)

    expect(answer).toBe('refused')
    expect(dialog.asked).toMatchObject([
      {
        message: 'Connect to a new address?',
        buttons: ["Don't allow", 'Allow'],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      },
    ])
    expect(dialog.asked[0]?.detail).toContain('requests to https://store.example.')
    expect(dialog.asked[0]?.detail).toContain('the access key AKIA')
  })

  it('shows the hidden window that it belongs to', async () => {
    const window = new FakeWindow()

    await confirmInDialog(standIn(dialog), () => standIn(window))(NEW)

    expect(window.isVisible()).toBe(true)
  })

  it('is confirmed only by its own button', async () => {
    dialog.response = 1
    expect(await confirm()(NEW)).toBe('confirmed')
  })

  it('is refused without a window', async () => {
    dialog.response = 1
    const homeless = confirmInDialog(standIn(dialog), () => null)

    expect(await homeless(NEW)).toBe('refused')
    expect(dialog.asked).toEqual([])
  })

  it('is shown alone: others wait, and too many are refused', async () => {
    let open = 0
    let most = 0
    const slow = {
      showMessageBox: async () => {
        open += 1
        most = Math.max(most, open)
        await new Promise((resolve) => setImmediate(resolve))
        open -= 1
        return { response: 1 }
      },
    }
    const ask = confirmInDialog(standIn(slow), () => standIn(new FakeWindow()))

    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(NEW)))

    expect(most).toBe(1)
    expect(answers.filter((each) => each === 'confirmed')).toHaveLength(8)
  })

  it('continues after one that could not be shown', async () => {
    const broken = { showMessageBox: () => Promise.reject(new Error('No display')) }
    const ask = confirmInDialog(standIn(broken), () => standIn(new FakeWindow()))

    await expect(ask(NEW)).rejects.toThrow('No display')
    await expect(ask(NEW)).rejects.toThrow('No display')
  })

  it('lists the destinations of a file, and counts those that do not fit', async () => {
    const places = Array.from({ length: 25 }, (_, index) => ({
      name: `Films\u202e ${index}\n`,
      host: 'store.example',
    }))
    await confirm()({ kind: 'import-settings', places })

    const lines = dialog.asked[0]?.detail?.split('\n') ?? []
    expect(lines[0]).toBe('Films 0 → store.example')
    expect(lines).toContain('and 5 more')
    expect(lines).toHaveLength(22)
  })
})
