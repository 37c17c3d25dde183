import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Fakes } from '../../desktop-in-chromium/start-stand-in.ts'
import { startBucket, temporaryFolder } from '../ferry.ts'
import { writeRandomFile } from '../files.ts'
import { fakesOf, openFerry } from '../worlds/world.ts'

const locked = ({ safeStorage }: Fakes) => safeStorage.change({ isLocked: true })

/** Ferry with a bucket in a process of its own, whose access keys the key store has encrypted. */
async function connectedOnce() {
  const first = await openFerry()
  const bucket = await startBucket({
    folder: await temporaryFolder(),
    allowedOrigin: first.corsOrigin,
  })
  await first.page.connect(bucket)
  await first.quit()
  const folder = await temporaryFolder()
  await writeRandomFile(join(folder, 'a.bin'), 5000)
  return { dataFolder: first.dataFolder, bucket, file: join(folder, 'a.bin') }
}

it('a locked key ring is reported, and its keys are back when Ferry starts after it was unlocked', async () => {
  const { dataFolder, file } = await connectedOnce()
  const second = await openFerry({ dataFolder, beforeReady: locked })
  await second.page.page.getByText('The key store of this computer is locked.').waitFor()
  await second.page.drop([file])
  await second.page.untilStatus('a.bin', 'Action needed')
  expect(await second.page.status('a.bin')).toContain('Unlock it and start Ferry again')
  await second.quit()

  const third = await openFerry({ dataFolder })

  await third.page.untilStatus('a.bin', 'Done')
  expect(await third.page.page.getByText('is locked').count()).toBe(0)
})

it('access keys that are entered while it is locked work at once, and are written to no file', async () => {
  const { dataFolder, bucket, file } = await connectedOnce()
  const second = await openFerry({ dataFolder, beforeReady: locked })
  const { page } = second
  await page.button('Choose files').waitFor()
  await page.drop([file])
  await page.untilStatus('a.bin', 'Action needed')

  await page.rowButton('a.bin', 'Enter keys').click()
  await page.field('Secret access key').fill(bucket.secretAccessKey)
  await page.button('Save').click()

  await page.untilStatus('a.bin', 'Done')
  const settings = await readFile(join(dataFolder, 'settings.json'), 'utf8')
  expect(settings).not.toContain(bucket.secretAccessKey)
  await second.quit()
  // Previously encrypted secrets are available again once the key ring is unlocked.
  const third = await openFerry({ dataFolder })
  await third.page.button('Choose files').waitFor()
  expect(await third.page.page.getByText('needs its keys').count()).toBe(0)
})

it('access keys whose encryption key is lost have to be entered again', async () => {
  const { dataFolder, bucket, file } = await connectedOnce()
  const { page } = await openFerry({
    dataFolder,
    beforeReady: ({ safeStorage }) => safeStorage.change({ keyName: 'another' }),
  })
  await page.button('Choose files').waitFor()
  await page.drop([file])
  await page.untilStatus('a.bin', 'Action needed')
  expect(await page.status('a.bin')).toContain('The secret access key is gone.')

  await page.rowButton('a.bin', 'Enter keys').click()
  await page.field('Secret access key').fill(bucket.secretAccessKey)
  await page.button('Save').click()

  await page.untilStatus('a.bin', 'Done')
})

it('access keys that wait for the key ring’s password are stored when it was entered', async () => {
  const ferry = await openFerry({
    beforeReady: ({ safeStorage }) => {
      safeStorage.unlocking = new Promise((resolve) => {
        Object.assign(globalThis, { unlock: resolve })
      })
    },
  })
  const { page } = ferry
  const bucket = await startBucket({
    folder: await temporaryFolder(),
    allowedOrigin: ferry.corsOrigin,
  })
  await page.page.getByText('The key store of this computer is locked.').waitFor()
  await page.connect(bucket)
  const settings = () => readFile(join(ferry.dataFolder, 'settings.json'), 'utf8')
  expect(await settings()).not.toContain('safe-storage:')

  await fakesOf(ferry).evaluate(() => (globalThis as unknown as { unlock(): void }).unlock(), null)

  await expect.poll(settings).toContain('safe-storage:')
  await page.page.getByText('is locked').waitFor({ state: 'detached' })
})
