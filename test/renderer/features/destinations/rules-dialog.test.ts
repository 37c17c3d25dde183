import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { DEFAULT_RULES } from '../../../../electron/contract/rules/upload-rules.ts'
import { aDestination, aWorld, localDestination } from '../../../fakes/fake-world.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

async function openRules(world = aWorld(), name = 'Client files') {
  const opened = await suite.open(world)
  await opened.page.getByRole('button', { name: `More about ${name}` }).click()
  await opened.page.getByRole('menuitem', { name: 'Rules…' }).click()
  await field(opened.page, 'Name in the bucket').waitFor()
  return opened
}

const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

const hasFocus = (page: Page, name: string) =>
  field(page, name).evaluate((input) => input === document.activeElement)

describe('the rules of a destination', () => {
  it('sends the chosen rules, and says when they apply', async () => {
    const { page, button, callsOf } = await openRules()
    await page.getByRole('radio', { name: 'Skip' }).check()
    await field(page, 'Largest file').fill('1,5')
    await button('Add a tag').click()
    await field(page, 'Tag name 1').fill('team')
    await field(page, 'Tag value 1').fill('a')
    await field(page, 'Part size').fill('8')
    await page.getByRole('combobox', { name: 'Requests at once' }).click()
    await page.getByRole('option', { name: '2' }).click()

    await button('Save').click()

    await page.getByText('The rules of Client files are saved.').waitFor()
    expect(await callsOf('saveRules')).toEqual([
      {
        destinationId: aWorld().selectedId,
        rules: {
          ...DEFAULT_RULES,
          onConflict: 'skip',
          maxFileBytes: 1_500_000_000,
          tags: [{ name: 'team', value: 'a' }],
          partBytes: 8_388_608,
          parallel: 2,
        },
      },
    ])
  })

  it('inserts placeholders at the caret, and shows what becomes of a file', async () => {
    const { page } = await openRules()
    const template = field(page, 'Name in the bucket')
    await template.fill('{prefix}-{name}')
    await template.evaluate((input: HTMLInputElement) => input.setSelectionRange(8, 8))

    await page.getByRole('button', { name: 'Insert {stem}' }).click()

    await page.getByText('2026/11/Holiday-Holiday.jpg').waitFor()
    expect(await template.inputValue()).toBe('{prefix}{stem}-{name}')
    expect(await hasFocus(page, 'Name in the bucket')).toBe(true)
    await template.fill('{prefix}photo')
    await page.getByText('Every file would get the same name.').waitFor()
  })

  it('shows the host’s problems at their fields, and moves to the first', async () => {
    const { page, button } = await openRules(
      aWorld({
        failures: {
          saveRules: {
            kind: 'rules-invalid',
            problems: [
              { field: 'metadata', problem: 'reserved', what: 'ferry-upload' },
              { field: 'cacheControl', problem: 'not-a-header', what: 'a\nb' },
            ],
          },
        },
      }),
    )
    await button('Add metadata').click()
    await field(page, 'Metadata name 1').fill('ferry-upload')

    await button('Save').click()

    await page.getByText('“ferry-upload” is a name that the store or Ferry').waitFor()
    await expect.poll(() => hasFocus(page, 'Cache-Control')).toBe(true)
    await field(page, 'Metadata name 1').fill('mine')
    await page.getByText('“ferry-upload” is a name').waitFor({ state: 'detached' })
  })

  it('says how large a part can be before the host is asked', async () => {
    const { page, button, callsOf } = await openRules()
    await field(page, 'Part size').fill('1')

    await button('Save').click()

    await page.getByText('S3 accepts parts from 5 MiB to 5 GiB.').waitFor()
    await expect.poll(() => hasFocus(page, 'Part size')).toBe(true)
    expect(await callsOf('saveRules')).toEqual([])
  })

  it('goes back to the defaults', async () => {
    const rules = { ...DEFAULT_RULES, keyTemplate: '{uuid}', acl: 'private' as const }
    const { page, button, callsOf } = await openRules(
      aWorld({ destinations: [aDestination({ rules })] }),
    )

    await button('Reset to defaults').click()
    const before = await callsOf('saveRules')
    await button('Save').click()

    await page.getByText('The rules of Client files are saved.').waitFor()
    expect(before).toEqual([])
    expect(await callsOf('saveRules')).toMatchObject([{ rules: DEFAULT_RULES }])
  })

  it('offers only the rules that the bucket on this computer supports', async () => {
    const local = localDestination()
    const { page } = await openRules(
      aWorld({ destinations: [local], selectedId: local.destinationId, uploads: [] }),
      'This computer',
    )

    await page.getByText('The bucket on this computer has no').waitFor()

    expect(await page.getByRole('combobox', { name: 'ACL' }).count()).toBe(0)
    expect(await page.getByRole('combobox', { name: 'Encryption' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: 'Add a tag' }).count()).toBe(1)
  })
})
