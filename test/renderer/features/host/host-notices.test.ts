import { describe, expect, it } from 'vitest'
import { aRecord, aWorld, freshWorld } from '../../../fakes/fake-world.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

it('says what the host found when it started, until each notice is dismissed', async () => {
  const world = aWorld()
  const { page, button } = await suite.open({
    ...world,
    host: {
      ...world.host,
      troubles: [{ kind: 'file-set-aside', what: 'records', movedTo: 'records.corrupt-1.sqlite' }],
    },
  })

  await page.getByText('The list of uploads could not be read').waitFor()
  await page.getByText('The old file is kept as records.corrupt-1.sqlite.').waitFor()
  await button('Open folder').click()
  await page.getByText('/home/ada/ferry/data').waitFor()
  await page.locator('.window-notices').getByRole('button', { name: 'Dismiss' }).click()
  await page.evaluate(() =>
    window.fake.notify('troublesChanged', { troubles: [{ kind: 'local-bucket-moved' }] }),
  )

  await page.getByText('The bucket on this computer has a new address.').waitFor()
  expect(await page.getByText('The list of uploads could not be read').count()).toBe(0)
  await page.evaluate(() =>
    window.fake.notify('troublesChanged', {
      troubles: [
        { kind: 'file-held', name: 'settings.json' },
        { kind: 'folder-open', folder: '/media/stick', why: 'disk' },
        { kind: 'folder-on-network', folder: '/net/home' },
        { kind: 'older-folder', folder: '/older' },
      ],
    }),
  )
  await page.getByText('Ferry cannot write settings.json in its data folder.').waitFor()
  await page.getByText('Its disk does not support permissions.').waitFor()
  await page.getByText('The folder is /net/home.').waitFor()
  await page.getByText('Both windows used the same folder, /older,').waitFor()
})

it('says that the clock is far off, what to do, and what continues until then', async () => {
  const { page } = await suite.open(aWorld())
  await page.getByRole('heading', { name: 'Client files' }).waitFor()

  await page.evaluate(() => {
    const storeTimeMs = Date.now() + 40 * 24 * 60 * 60 * 1000
    window.fake.notify('troublesChanged', { troubles: [{ kind: 'clock-off', storeTimeMs }] })
  })

  const notice = page.getByRole('status').filter({ hasText: 'clock' })
  await notice.getByText('This computer’s clock is 40 days behind the store’s.').waitFor()
  await notice
    .getByText(/^Set this computer’s date and time\. Uploads continue with the store/)
    .waitFor()
  await notice.getByRole('button', { name: 'Dismiss' }).press('Enter')
  await notice.waitFor({ state: 'detached' })
})

it('reports a locked key store, and that keys are stored once it opens', async () => {
  const world = aWorld()
  const host = { ...world.host, secretPlace: 'memory' as const }
  const { page, button } = await suite.open({
    ...world,
    host: { ...host, troubles: [{ kind: 'secret-store-locked' }] },
    answers: {
      describeHost: [
        { ...host, troubles: [{ kind: 'secret-store-locked' }] },
        { ...host, secretPlace: 'system' },
      ],
    },
  })

  const notice = page.getByRole('status').filter({ hasText: 'The key store of this computer' })
  await notice.getByText(/^Unlock it and start Ferry again\./).waitFor()
  await button('Connect a bucket').click()
  const onlyNow = page.getByRole('checkbox', { name: 'Keep only while Ferry runs' })
  expect(await onlyNow.isEnabled()).toBe(true)
  await page
    .getByText(/^The key store is locked\. The keys are in memory until it is unlocked/)
    .waitFor()

  await page.evaluate(() => window.fake.notify('troublesChanged', { troubles: [] }))

  await page.getByText('kept encrypted by this computer’s own key store').waitFor()
  expect(await notice.count()).toBe(0)
})

it('reports an unexpected error, and where the log is', async () => {
  const { page, button, callsOf } = await suite.open(aWorld())
  await page.getByRole('heading', { name: 'Client files' }).waitFor()

  await page.evaluate(() =>
    window.fake.notify('troublesChanged', {
      troubles: [{ kind: 'unexpected-error', reference: 'a1b2c3d4' }],
    }),
  )

  await page.getByText(/^Uploads continue\..*The log describes it under a1b2c3d4\.$/).waitFor()
  await button('Open folder').click()
  expect(await callsOf('openFolder')).toEqual([{ folder: 'logs' }])
})

it.each([
  ['dialog', 'Ferry is asking in a dialog whether this was you.'],
  ['terminal', 'Ferry is asking in the terminal it was started in whether this was you.'],
] as const)('says where it waits for an answer: %s', async (where, sentence) => {
  const { page } = await suite.open(aWorld())
  await page.getByRole('heading', { name: 'Client files' }).waitFor()

  await page.evaluate((place) => window.fake.notify('troublesChanged', { troubles: [place] }), {
    kind: 'asked-outside',
    where,
  } as const)
  const notice = page.getByRole('status').filter({ hasText: sentence })
  await notice.waitFor()
  await page.evaluate(() => window.fake.notify('troublesChanged', { troubles: [] }))

  await notice.waitFor({ state: 'detached' })
})

it('says which rules could not be read, what applies until then, and opens them', async () => {
  const world = aWorld()
  const [destination] = world.destinations
  if (destination === undefined) throw new Error('No destination')
  const { destinationId, name } = destination
  const rules = ['allowedTypes', 'acl'] as const
  const { page, button } = await suite.open({
    ...world,
    host: {
      ...world.host,
      troubles: [{ kind: 'rules-unread', destinationId, name, rules: [...rules] }],
    },
  })

  const notice = page.getByRole('status').filter({ hasText: 'could not be read' })
  await notice.getByText(`Some rules of ${name} could not be read.`).waitFor()
  await notice
    .getByText(/Until you save its rules, this counts: allowed types: all; ACL: none is sent\./)
    .waitFor()
  await button('Open its rules').click()
  const dialog = page.getByRole('dialog', { name: `Rules of ${name}` })
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText(`The rules of ${name} are saved.`).waitFor()
  await page.evaluate(() => window.fake.notify('troublesChanged', { troubles: [] }))

  await notice.waitFor({ state: 'detached' })
})

it('reports all other unreadable settings, and what to do', async () => {
  const world = aWorld()
  const [destination] = world.destinations
  if (destination === undefined) throw new Error('No destination')
  const { destinationId, name } = destination
  const { page, button } = await suite.open({
    ...world,
    host: {
      ...world.host,
      troubles: [
        { kind: 'destination-unread', destinationId, name, parts: ['color', 'link-life'] },
        { kind: 'findings-unread', destinationId, name },
        { kind: 'settings-newer', places: [{ name, settings: ['objectLock'] }] },
        { kind: 'destinations-unread', count: 2, names: ['Elsewhere'] },
        { kind: 'default-unread' },
      ],
    },
  })

  for (const sentence of [
    `Some settings of ${name} could not be read: colour and life of links.`,
    `Part of what Ferry found out about ${name} could not be read.`,
    `This one does not know them, does without, and keeps them in the file: objectLock (${name}). Update Ferry to use them.`,
    '2 destinations could not be read: Elsewhere.',
    'Choose “Make default” in the menu of a destination.',
  ]) {
    await page.getByText(sentence).waitFor()
  }
  await button('Check connection').click()
  await page.getByRole('dialog', { name: `Check ${name}` }).waitFor()
})

it('says that Ferry stopped when it does not answer at the start', async () => {
  const { page } = await suite.open(
    freshWorld({ failures: { describeHost: { kind: 'host-gone' } } }),
  )

  await page.getByRole('heading', { name: 'Ferry stopped.' }).waitFor()
  await page.getByText('Start it again; your uploads go on.').waitFor()
})

it('shows records that the host changed by itself', async () => {
  const record = aRecord(1, { name: 'late.bin' })
  const { page, row } = await suite.open(aWorld({ uploads: [record] }))
  await row('late.bin')
    .getByText(/^Paused/)
    .waitFor()

  await page.evaluate(
    (uploads) => window.fake.notify('uploadsChanged', { uploads }),
    [
      {
        ...record,
        status: { phase: 'cancelled' as const, storeIsClean: true, why: 'person' as const },
      },
    ],
  )

  await row('late.bin')
    .getByText(/^Cancelled/)
    .waitFor()
})

describe('leaving during an upload', () => {
  it.each([
    ['loopback', ['beforeunload']],
    ['desktop', []],
  ] as const)('on the %s host asks: %j', async (host, expected) => {
    const world = aWorld()
    const { page, row, give } = await suite.open({ ...world, host: { ...world.host, host } })
    suite.server().holdParts()
    await give({ name: 'a.bin', byteLength: 5000 })
    await row('a.bin')
      .getByText(/^Uploading/)
      .waitFor()
    const asked: string[] = []
    page.on('dialog', (dialog) => {
      asked.push(dialog.type())
      return dialog.accept()
    })
    // A browser asks only for a page that the user has interacted with.
    await page.getByRole('heading', { level: 1 }).click()

    await page.reload()

    expect(asked).toEqual(expected)
  })
})

describe('two tabs of one host', () => {
  it('send files from one at a time, and hand over on request', async () => {
    const { page: first, context } = await suite.open(aWorld())
    const chooseFiles = { name: 'Choose files' }
    await first.getByRole('button', chooseFiles).waitFor()
    const second = await context.newPage()
    await second.goto(suite.server().origin)
    await second.getByText('Ferry is open in another tab').waitFor()

    await second.getByRole('button', { name: 'Use it here' }).click()

    await second.getByRole('button', chooseFiles).waitFor()
    await first.getByText('Ferry is open in another tab').waitFor()
    await first.getByRole('button', { name: 'Use it here' }).click()
    await first.getByRole('button', chooseFiles).waitFor()
    await second.getByText('Ferry is open in another tab').waitFor()
  })

  it('continue in the other tab when one is closed', async () => {
    const { page: first, context } = await suite.open(aWorld())
    await first.getByRole('button', { name: 'Choose files' }).waitFor()
    const second = await context.newPage()
    await second.goto(suite.server().origin)
    await second.getByText('Ferry is open in another tab').waitFor()

    await first.close()

    await second.getByRole('button', { name: 'Choose files' }).waitFor()
  })

  it('take over again after a reload without asking', async () => {
    const { page } = await suite.open(aWorld())
    await page.getByRole('button', { name: 'Choose files' }).waitFor()

    await page.reload()

    await page.getByRole('button', { name: 'Choose files' }).waitFor()
    expect(await page.getByText('Ferry is open in another tab').count()).toBe(0)
  })
})
