import { describe, expect, it } from 'vitest'
import { MIB } from '../../../electron/contract/limits.ts'
import {
  aDoneRecord,
  aRecord,
  aWorld,
  freshWorld,
  localDestination,
} from '../../fakes/fake-world.ts'
import { expectAccessible } from '../axe-scan.ts'
import { FAILURE_EXAMPLES } from '../failures/failure-examples.ts'
import type { TestWindow } from '../window.ts'
import { windowSuite } from '../window-suite.ts'

const suite = windowSuite()

const VERIFIED = { level: 'whole', algorithm: 'crc64nvme' } as const
const IN_PARTS = {
  byteLength: 64 * MIB,
  plan: { mode: 'multipart', byteLength: 64 * MIB, partBytes: 16 * MIB },
  recordedBytes: 32 * MIB,
} as const

const busyWorld = () =>
  aWorld({
    destinations: [...aWorld().destinations, localDestination()],
    uploads: [
      aRecord(1, { name: 'paused.bin', byteLength: 10, recordedBytes: 4 }),
      aRecord(2, { status: { phase: 'failed', failure: FAILURE_EXAMPLES['bucket-missing'] } }),
      aRecord(3, { status: { phase: 'failed', failure: FAILURE_EXAMPLES['server-error'] } }),
      aRecord(4, { status: { phase: 'cancelled', storeIsClean: true, why: 'person' } }),
      aDoneRecord(5, -1000, { name: 'dead.pdf' }),
      aDoneRecord(6, 1_000_000, { name: 'الفاتورة النهائية.pdf' }, VERIFIED),
      aDoneRecord(7, 1_000_000, { name: 'unproven.tar' }, { level: 'none' }),
      aRecord(8, { status: { phase: 'failed', failure: FAILURE_EXAMPLES['source-changed'] } }),
      aRecord(9, {
        name: 'kept.iso',
        ...IN_PARTS,
        status: { phase: 'failed', failure: FAILURE_EXAMPLES['credentials-expired'] },
      }),
      aRecord(10, { status: { phase: 'failed', failure: FAILURE_EXAMPLES['key-taken'] } }),
      aRecord(11, { status: { phase: 'failed', failure: FAILURE_EXAMPLES['key-taken'] } }),
      aRecord(13, {
        name: 'full.bin',
        status: {
          phase: 'failed',
          failure: {
            ...FAILURE_EXAMPLES['quota-exceeded'],
            answer: {
              ...{ status: 403, code: 'QuotaExceeded', message: 'Full.', requestId: 'r1' },
              ...{ server: 'nginx', atMs: 1_763_640_000_000 },
            },
          },
        },
      }),
      aRecord(12, { status: { phase: 'cancelled', storeIsClean: true, why: 'exists' } }),
    ],
  })

const STATES: readonly (readonly [string, () => Promise<TestWindow>])[] = [
  ['the welcome', () => suite.open(freshWorld())],
  ['an empty queue', () => suite.open(aWorld())],
  ['a queue with every kind of row', () => suite.open(busyWorld())],
  [
    'the details of a proof',
    async () => {
      const opened = await suite.open(busyWorld())
      await opened
        .row('unproven.tar')
        .getByRole('button', { name: /^not verified/ })
        .click()
      await opened.page.getByRole('dialog').waitFor()
      return opened
    },
  ],
  [
    'the details of what is kept',
    async () => {
      const opened = await suite.open(busyWorld())
      await opened
        .row('kept.iso')
        .getByRole('button', { name: /^2 of 4 parts/ })
        .click()
      await opened.page.getByRole('dialog').waitFor()
      return opened
    },
  ],
  [
    'the details of a failure',
    async () => {
      const opened = await suite.open(busyWorld())
      await opened.row('full.bin').getByRole('button', { name: 'Details of full.bin' }).click()
      await opened.page.getByRole('dialog').waitFor()
      return opened
    },
  ],
  [
    'the connect form with its report',
    async () => {
      const opened = await suite.open(freshWorld())
      await opened.button('Connect a bucket').click()
      await opened.button('Check connection').click()
      await opened.page.getByText('Everything works.').waitFor()
      return opened
    },
  ],
  [
    'a sign-in over the connect form',
    async () => {
      const opened = await suite.open(
        freshWorld({ answers: { signIn: [{ step: 'code', serial: 'phone' }] } }),
      )
      await opened.button('Connect a bucket').click()
      await opened.page.getByRole('radio', { name: 'Sign in' }).check()
      await opened.page.getByRole('textbox', { name: 'Start URL' }).fill('https://a.example')
      await opened.page.getByRole('textbox', { name: 'Sign-in region' }).fill('eu-west-1')
      await opened.button('Sign in…').click()
      await opened.page.getByRole('textbox', { name: 'Code' }).waitFor()
      return opened
    },
  ],
  [
    'the name and colour of a destination',
    async () => {
      const opened = await suite.open(aWorld())
      await opened.button('More about Client files').press('Enter')
      await opened.page.getByRole('menuitem', { name: 'Rename and colour…' }).click()
      await opened.page.getByRole('dialog').waitFor()
      return opened
    },
  ],
  [
    'the share dialog',
    async () => {
      const opened = await suite.open(busyWorld())
      await opened.button('Share…').first().click()
      await opened.page.getByRole('dialog').waitFor()
      return opened
    },
  ],
]

describe('assistive technology', () => {
  it.each(STATES)('finds no violation in %s, in light and dark', async (_, open) => {
    const { page } = await open()

    await expectAccessible(page)
  })
})

describe('the keyboard', () => {
  it('reaches everything in visual order', async () => {
    const { page, row } = await suite.open(
      aWorld({ uploads: [aDoneRecord(1, 1_000_000, { name: 'offer.pdf' }, VERIFIED)] }),
    )
    await row('offer.pdf').waitFor()

    const reached = []
    for (let press = 0; press < 13; press += 1) {
      await page.keyboard.press('Tab')
      reached.push(
        await page.evaluate(() => {
          const element = document.activeElement ?? document.body
          if (element instanceof HTMLInputElement) return element.labels?.[0]?.title
          return element.ariaLabel ?? element.textContent
        }),
      )
    }

    expect(reached).toEqual([
      'Client files (Ctrl+1)',
      'More about Client files',
      'Connect a bucket',
      'More about all destinations',
      'Hide finished',
      'Choose folder',
      'Choose files',
      'verified: how it was checked',
      'Copy link',
      'Open link',
      'Share…',
      'More actions',
      expect.anything(),
    ])
  })

  it('returns to where it was when a dialog closes', async () => {
    const { page, button } = await suite.open(aWorld())
    await button('Connect a bucket').focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()

    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Connect a bucket')
  })
})

describe('small windows', () => {
  it.each([
    [360, 480],
    [400, 700],
    [1600, 1000],
  ])('show everything at %d × %d without horizontal scrolling', async (width, height) => {
    const { page, row } = await suite.open(busyWorld(), { viewport: { width, height } })
    await row('الفاتورة النهائية.pdf').waitFor()

    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )

    expect(overflow).toBe(0)
  })

  it('offer the destinations in a menu', async () => {
    const { page } = await suite.open(busyWorld(), { viewport: { width: 400, height: 700 } })

    await page.getByRole('button', { name: 'Client files' }).click()
    await page.getByRole('menuitemradio', { name: 'This computer' }).click()

    await page.getByRole('button', { name: 'This computer' }).waitFor()
  })
})

describe('motion', () => {
  it('stops for users who prefer reduced motion', async () => {
    const { page } = await suite.open(freshWorld(), { reducedMotion: 'reduce' })

    const calm = await page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue('--calm'),
    )

    expect(calm.trim()).toMatch(/^0m?s$/)
  })
})
