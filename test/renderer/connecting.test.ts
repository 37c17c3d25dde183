import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { CheckReport } from '../../electron/contract/check.ts'
import { aDestination, aWorld, freshWorld } from '../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from './failure-examples.ts'
import { windowSuite } from './window-suite.ts'

const suite = windowSuite()

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

async function openForm(world = freshWorld()) {
  const opened = await suite.open(world)
  await opened.button('Connect a bucket').click()
  await field(opened.page, 'Endpoint').waitFor()
  return opened
}

async function fillIn(page: Page): Promise<void> {
  await field(page, 'Endpoint').fill('http://127.0.0.1:9000')
  await field(page, 'Region').fill('us-east-1')
  await field(page, 'Bucket').fill('photos')
  await field(page, 'Access key ID').fill(' KEY ')
  await field(page, 'Secret access key').fill('secret')
}

describe('connecting a bucket', () => {
  it('has a field for everything, under its own name', async () => {
    const { page } = await openForm()

    for (const name of [
      'Endpoint',
      'Region',
      'Bucket',
      'Prefix',
      'Access key ID',
      'Secret access key',
      'Session token',
      'Name',
    ]) {
      expect(await field(page, name).count(), name).toBe(1)
    }
    expect(await page.getByRole('combobox', { name: 'Provider' }).count()).toBe(1)
    expect(await page.getByRole('checkbox', { name: 'Path-style addressing' }).count()).toBe(1)
  })

  it('sends what was typed, and says what was changed in it', async () => {
    const { page, button, callsOf } = await openForm()
    await fillIn(page)
    await field(page, 'Name').fill('My photos')

    await button('Save').click()

    await page.getByRole('heading', { name: 'My photos' }).waitFor()
    await page.getByText('We removed a space around the access key ID.').waitFor()
    expect(await callsOf('saveDestination')).toEqual([
      {
        destinationId: null,
        name: 'My photos',
        provider: 'other',
        endpoint: 'http://127.0.0.1:9000',
        region: 'us-east-1',
        bucket: 'photos',
        prefix: '',
        pathStyle: true,
        accessKeyId: ' KEY ',
        secretAccessKey: 'secret',
        sessionToken: '',
        keepSecret: true,
      },
    ])
  })

  it('hides the secret until it is asked to show it', async () => {
    const { page } = await openForm()
    const secret = field(page, 'Secret access key')
    const box = page.locator('.field', { has: secret })

    expect(await secret.getAttribute('type')).toBe('password')
    await box.getByRole('button', { name: 'Show characters' }).click()

    expect(await secret.getAttribute('type')).toBe('text')
  })

  it('fills in the address of a known provider, and leaves a typed one alone', async () => {
    const { page } = await openForm()
    const choose = async (name: string) => {
      await page.getByRole('combobox', { name: 'Provider' }).click()
      await page.getByRole('option', { name }).click()
    }

    await field(page, 'Region').fill('fr-par')
    await choose('Scaleway')
    const filled = await field(page, 'Endpoint').inputValue()
    await field(page, 'Endpoint').fill('https://s3.mine.example')
    await choose('MinIO')
    const kept = await field(page, 'Endpoint').inputValue()

    expect([filled, kept]).toEqual(['https://s3.fr-par.scw.cloud', 'https://s3.mine.example'])
  })

  it('shows problems at their fields and moves to the first', async () => {
    const { page, button } = await openForm(
      freshWorld({
        failures: {
          saveDestination: {
            kind: 'form-invalid',
            problems: [
              { field: 'secretAccessKey', problem: 'missing' },
              { field: 'bucket', problem: 'bucket-name-invalid' },
            ],
          },
        },
      }),
    )

    await button('Save').click()

    const described = page.getByRole('textbox', {
      description: 'A bucket’s name has 3 to 63 small letters, digits, dots and hyphens.',
    })
    await described.waitFor()
    expect(await described.evaluate((input) => input === document.activeElement)).toBe(true)
    await page.getByText('Enter the secret access key.').waitFor()
    await field(page, 'Bucket').fill('better')
    expect(await page.getByText('3 to 63 small letters').count()).toBe(0)
  })

  it('reports the check in words, and offers the region that the store names', async () => {
    const report: CheckReport = {
      lines: [
        { step: 'tls', verdict: 'passed', finding: null, fix: null },
        {
          step: 'region',
          verdict: 'failed',
          finding: { kind: 'failure', failure: FAILURE_EXAMPLES['region-wrong'] },
          fix: { kind: 'use-region', region: 'eu-west-1' },
        },
        { step: 'bucket', verdict: 'unknown', finding: null, fix: null },
      ],
      notes: [{ field: 'accessKeyId', change: 'trimmed' }],
    }
    const { page, button } = await openForm(freshWorld({ checkReport: report }))

    await button('Check connection').click()
    const found = page.getByRole('region', { name: 'Connection check' })
    await found.getByText('This does not work yet.').waitFor()
    const lines = await found.getByRole('listitem').allTextContents()
    await page.getByText('We removed a space around the access key ID.').waitFor()
    await button('Use eu-west-1').click()

    expect(lines).toEqual([
      'The store answers, passed. ',
      'Region, failed. The bucket is in the region eu-west-1. Use that region.',
      'Not tried yet: bucket.',
    ])
    expect(await field(page, 'Region').inputValue()).toBe('eu-west-1')
  })

  it.each([
    ['system', 'encrypted by this computer’s own key store'],
    ['file', 'They are not encrypted.'],
    ['memory', 'has no safe place for keys'],
  ] as const)('says plainly where keys go when the place is "%s"', async (secretPlace, truth) => {
    const world = freshWorld()
    const { page } = await openForm({ ...world, host: { ...world.host, secretPlace } })

    const choice = page.getByRole('checkbox', { name: 'Keep only while Ferry runs' })

    expect(await page.getByText(truth).count()).toBe(1)
    expect([await choice.isChecked(), await choice.isDisabled()]).toEqual(
      secretPlace === 'memory' ? [true, true] : [false, false],
    )
  })

  it('stays open and loses nothing when saving fails', async () => {
    const { page, button } = await openForm(
      freshWorld({ failures: { saveDestination: { kind: 'disk-full', where: 'data-folder' } } }),
    )
    await fillIn(page)

    await button('Save').click()

    await page.getByRole('alert').getByText('The disk with Ferry’s data is full.').waitFor()
    expect(await field(page, 'Bucket').inputValue()).toBe('photos')
  })
})

describe('destinations', () => {
  it('switches by keyboard', async () => {
    const world = aWorld()
    const other = { ...world.destinations[0], name: 'Photos', destinationId: crypto.randomUUID() }
    const destinations = [...world.destinations, other] as typeof world.destinations
    const { page } = await suite.open({ ...world, destinations })

    await page.getByRole('button', { name: 'Photos AWS' }).focus()
    await page.keyboard.press('Enter')

    await page.getByRole('heading', { name: 'Photos' }).waitFor()
  })

  it('forgets one only after a question', async () => {
    const { page, button, callsOf } = await suite.open(aWorld())
    await page.getByRole('button', { name: 'More about Client files' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Forget…' }).click()

    await page.getByRole('alertdialog', { name: 'Forget Client files?' }).waitFor()
    const before = await callsOf('forgetDestination')
    await button('Forget').click()

    await button('Try it with a bucket on this computer').waitFor()
    expect(before).toEqual([])
  })

  it('says why one that is in use cannot be forgotten', async () => {
    const { page, button } = await suite.open(
      aWorld({ failures: { forgetDestination: { kind: 'not-now' } } }),
    )
    await page.getByRole('button', { name: 'More about Client files' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Forget…' }).click()

    await button('Forget').click()

    await page.getByText('Client files is still in use.').waitFor()
  })

  it('asks for keys that were kept only while Ferry ran', async () => {
    const { page, button } = await suite.open(
      aWorld({ destinations: [aDestination({ hasSecret: false, secretPlace: 'memory' })] }),
    )

    await page.getByText('Client files needs its keys.').waitFor()
    await button('Enter keys').click()

    await page.getByRole('dialog', { name: 'Edit Client files' }).waitFor()
  })

  it('keeps the keys when an edit leaves them empty', async () => {
    const { page, button, callsOf } = await suite.open(aWorld())
    await page.getByRole('button', { name: 'More about Client files' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Edit connection' }).click()
    await field(page, 'Prefix').fill('2027/')

    await button('Save').click()

    await page.getByText('Client files is connected.').waitFor()
    expect(await callsOf('saveDestination')).toMatchObject([
      { destinationId: aWorld().selectedId, prefix: '2027/', secretAccessKey: '' },
    ])
  })
})
