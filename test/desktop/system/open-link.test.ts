import { beforeEach, expect, it } from 'vitest'
import { openLink } from '../../../electron/desktop/system/host-shell.ts'
import { clipboard, shell, standIn } from '../../fakes/electron.ts'

const LINK = 'https://s3.example/bucket/a.txt?X-Amz-Security-Token='
const linkOf = (length: number) => LINK.padEnd(length, 'a')

let said: unknown[]
let logged: string

beforeEach(() => {
  shell.opened.length = 0
  shell.isRefusing = false
  Object.assign(clipboard, { text: '', isHeld: false })
  said = []
  logged = ''
})

function opener(platform: NodeJS.Platform) {
  const note = (event: object, text: string) => {
    logged += JSON.stringify(event) + text
  }
  return openLink({
    shell: standIn(shell),
    clipboard: standIn(clipboard),
    platform,
    log: { info: note, warn: note, error: note },
    notify: (name, payload) => void said.push({ name, payload }),
  })
}

const copiedInstead = (reason: string, isCopied: boolean) => [
  { name: 'linkNotOpened', payload: { reason, isCopied } },
]

it.each([
  ['win32', 2081],
  ['linux', 131_071],
  ['darwin', 200_000],
] as const)('on %s a link of %i characters opens', async (platform, length) => {
  await opener(platform)(linkOf(length))

  expect(shell.opened).toEqual([linkOf(length)])
  expect(said).toEqual([])
})

it.each([
  ['win32', 2082],
  ['linux', 131_072],
] as const)('on %s a link of %i characters is copied instead', async (platform, length) => {
  await opener(platform)(linkOf(length))

  expect(shell.opened).toEqual([])
  expect(clipboard.text).toBe(linkOf(length))
  expect(said).toEqual(copiedInstead('too-long', true))
})

it('a link that the system cannot open is copied, and its query is not logged', async () => {
  shell.isRefusing = true

  await expect(opener('darwin')(linkOf(100))).resolves.toBeUndefined()

  expect(clipboard.text).toBe(linkOf(100))
  expect(said).toEqual(copiedInstead('refused', true))
  expect(logged).not.toContain('Token')
})

it('says so when the link can be neither opened nor copied', async () => {
  shell.isRefusing = true
  clipboard.isHeld = true

  await expect(opener('linux')(linkOf(100))).resolves.toBeUndefined()

  expect(said).toEqual(copiedInstead('refused', false))
})
