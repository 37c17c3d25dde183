import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import type { CheckReport } from '../../../../electron/contract/commands/checks.ts'
import { aDestination, aWorld, freshWorld } from '../../../fakes/fake-world.ts'
import { TYPED_KEYS } from '../../../fakes/typed-keys.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

async function openForm(world = freshWorld()) {
  const opened = await suite.open(world)
  await opened.button('Connect a bucket').click()
  await field(opened.page, 'Endpoint').waitFor()
  return opened
}

/** Dispatches a paste event: tests that run at the same time share the real clipboard. */
async function paste(page: Page, name: string, text: string): Promise<void> {
  await field(page, name).evaluate((input, pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
    input.dispatchEvent(event)
  }, text)
}

const valuesOf = async (page: Page, ...names: readonly string[]) =>
  Promise.all(names.map((name) => field(page, name).inputValue()))

async function fillIn(page: Page): Promise<void> {
  await field(page, 'Endpoint').fill('http://127.0.0.1:9000')
  await field(page, 'Region').fill('us-east-1')
  await field(page, 'Bucket').fill('photos')
  await field(page, 'Access key ID').fill(' KEY ')
  await field(page, 'Secret access key').fill('secret')
}

describe('connecting a bucket', () => {
  it('has a field for every part of a connection', async () => {
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

  it('sends the typed fields, and says what the host changed in them', async () => {
    const { page, button, callsOf } = await openForm()
    await fillIn(page)
    await field(page, 'Name').fill('My photos')

    await button('Save').click()

    await page.getByRole('heading', { name: 'My photos' }).waitFor()
    await page.getByText('We removed a space around the access key ID.').waitFor()
    expect(await callsOf('saveDestination')).toEqual([
      {
        ...TYPED_KEYS,
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

  it('hides the secret until the user reveals it', async () => {
    const { page } = await openForm()
    const secret = field(page, 'Secret access key')
    const box = page.locator('.field', { has: secret })

    expect(await secret.getAttribute('type')).toBe('password')
    await box.getByRole('button', { name: 'Show characters' }).click()

    expect(await secret.getAttribute('type')).toBe('text')
  })

  it('fills in the endpoint of a known provider, and leaves a typed one alone', async () => {
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
      description: 'A bucket name has 3 to 63 lowercase letters, digits, dots and hyphens.',
    })
    await described.waitFor()
    expect(await described.evaluate((input) => input === document.activeElement)).toBe(true)
    await page.getByText('Enter the secret access key.').waitFor()
    await field(page, 'Bucket').fill('better')
    expect(await page.getByText('3 to 63 lowercase letters').count()).toBe(0)
  })

  it('reports the check line by line, and uses the region that the store names', async () => {
    const lines: CheckReport['lines'] = [
      { step: 'tls', verdict: 'passed', finding: null, fix: null },
      {
        step: 'region',
        verdict: 'failed',
        finding: { kind: 'failure', failure: FAILURE_EXAMPLES['region-wrong'] },
        fix: { kind: 'use-region', region: 'eu-west-1' },
      },
    ]
    const notes = [{ field: 'accessKeyId', change: 'trimmed' }] as const
    const { page, button } = await openForm(
      freshWorld({ checkReport: { lines, notes: [...notes] } }),
    )

    await button('Check connection').click()
    const found = page.getByRole('region', { name: 'Connection check' })
    await found.getByText('The bucket is in the region eu-west-1.').waitFor()
    await found.getByText('We removed a space around the access key ID.').waitFor()
    await found.getByRole('button', { name: 'Use eu-west-1' }).click()

    expect(await valuesOf(page, 'Region')).toEqual(['eu-west-1'])
    expect(await found.count()).toBe(0)
  })

  it('cancels a check when the form changes', async () => {
    const { page, button, callsOf } = await openForm()
    await page.evaluate(() => window.fake.hold('checkDestination'))

    await button('Check connection').click()
    const found = page.getByRole('region', { name: 'Connection check' })
    await found.waitFor()
    await field(page, 'Bucket').fill('photos')

    await found.waitFor({ state: 'detached' })
    await page.evaluate(() => window.fake.release('checkDestination'))
    await button('Check connection').waitFor()
    const checks = (await callsOf('checkDestination')) as { checkId: string }[]
    expect(await callsOf('cancelCheck')).toEqual([{ checkId: checks[0]?.checkId }])
    expect(await found.count()).toBe(0)
  })

  it('reads text that another program puts into the paste box', async () => {
    const { page } = await openForm(freshWorld())

    await field(page, 'Paste anything you have').fill('s3://photos/2026/clients/')

    expect(await field(page, 'Bucket').inputValue()).toBe('photos')
    expect(await field(page, 'Paste anything you have').inputValue()).toBe('')
  })

  it('fills in a pasted block of keys, and keeps nothing of the text', async () => {
    const { page, button, callsOf } = await openForm()
    const block = [
      '[default]',
      'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
      'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'region = eu-west-1',
    ].join('\n')

    await field(page, 'Session token').fill('of other keys')
    await page.getByRole('radio', { name: 'Environment' }).check()
    await paste(page, 'Paste anything you have', block)

    await page.getByText(/^Filled .*keys from/).waitFor()
    expect(await valuesOf(page, 'Paste anything you have', 'Region', 'Session token')).toEqual([
      '',
      'eu-west-1',
      '',
    ])
    await field(page, 'Bucket').fill('photos')
    await button('Save').click()
    await page.getByText('photos is connected.').waitFor()
    expect(await callsOf('saveDestination')).toMatchObject([
      {
        credentialKind: 'keys',
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      },
    ])
  })

  it('accepts a bucket’s URL in the field for its name', async () => {
    const { page } = await openForm()

    await paste(page, 'Bucket', 's3://photos/2026/clients/')

    await page.getByText(/^Filled /).waitFor()
    expect(await valuesOf(page, 'Bucket', 'Prefix')).toEqual(['photos', '2026/clients/'])
  })

  it('forgets a typed secret when the keys come from another source', async () => {
    const { page } = await openForm()
    await field(page, 'Secret access key').fill('secret')

    await page.getByRole('radio', { name: 'AWS profile' }).check()
    await page.getByText('There are no profiles.').waitFor()
    await page.getByRole('radio', { name: 'Typed in' }).check()

    expect(await valuesOf(page, 'Secret access key')).toEqual([''])
  })

  it('offers the buckets that the keys can list, by keyboard, with their regions', async () => {
    const buckets = [
      { name: 'archive', region: 'eu-west-1' },
      { name: 'photos', region: 'eu-west-3' },
    ]
    const { page, callsOf } = await openForm(
      freshWorld({ answers: { listBuckets: [{ buckets, isComplete: true }] } }),
    )
    await field(page, 'Secret access key').fill('secret')

    await field(page, 'Bucket').press('ArrowDown')
    await page.getByRole('option', { name: 'photos' }).waitFor()
    await page.keyboard.type('pho')
    await page.getByRole('option', { name: 'archive' }).waitFor({ state: 'detached' })
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')

    await expect.poll(() => valuesOf(page, 'Bucket', 'Region')).toEqual(['photos', 'eu-west-3'])
    expect(await callsOf('listBuckets')).toMatchObject([{ draft: { secretAccessKey: 'secret' } }])
  })

  it.each([
    ['system', 'encrypted by this computer’s own key store'],
    ['file', 'They are not encrypted.'],
    ['memory', 'has no safe place for keys'],
  ] as const)('says plainly where keys are stored for "%s"', async (secretPlace, truth) => {
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
  it('are forgotten only after a confirmation', async () => {
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

  it('cannot be forgotten while they are in use', async () => {
    const { page, button } = await suite.open(
      aWorld({ failures: { forgetDestination: { kind: 'in-use' } } }),
    )
    await page.getByRole('button', { name: 'More about Client files' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Forget…' }).click()

    await button('Forget').click()

    await page.getByText('Client files is still in use.').waitFor()
  })

  it('ask for keys that were kept only while Ferry ran', async () => {
    const { page, button } = await suite.open(
      aWorld({ destinations: [aDestination({ hasSecret: false, secretPlace: 'memory' })] }),
    )

    await page.getByText('Client files needs its keys.').waitFor()
    await button('Enter keys').click()

    await page.getByRole('dialog', { name: 'Edit Client files' }).waitFor()
  })

  it('keep their keys when an edit leaves them empty', async () => {
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
