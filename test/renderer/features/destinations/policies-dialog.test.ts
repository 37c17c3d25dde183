import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { corsRuleFor, POLICY_WANTS } from '../../../../electron/contract/bucket-policies.ts'
import { DEFAULT_RULES } from '../../../../electron/contract/rules/upload-rules.ts'
import { policyTextOf } from '../../../../renderer/features/destinations/policies/policy-text.ts'
import { aDestination, aWorld } from '../../../fakes/fake-world.ts'
import { pastedText } from '../../../pasted-text.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const WISHES = { wants: [...POLICY_WANTS], principal: '', corsFormat: 'json' } as const
const ORIGIN = 'http://127.0.0.1:4000'

async function openPolicies() {
  const opened = await suite.open(aWorld(), { permissions: ['clipboard-write'] })
  await opened.page.getByRole('button', { name: 'More about Client files' }).click()
  await opened.page.getByRole('menuitem', { name: 'Policies…' }).click()
  return opened
}

const textOf = (page: Page, name: string) =>
  page.getByRole('textbox', { name, exact: true }).inputValue()

describe('the policies of a destination', () => {
  it('stay below the prefix, unless the key template leaves it', () => {
    const resources = (keyTemplate: string) => {
      const destination = aDestination({ rules: { ...DEFAULT_RULES, keyTemplate } })
      const { text } = policyTextOf('iam', destination, WISHES, ORIGIN)
      return JSON.parse(text ?? '').Statement.map(({ Resource }: { Resource: string }) => Resource)
    }

    expect(resources('{prefix}{yyyy}/{name}')).toContain('arn:aws:s3:::acme-client-files/2026/11/*')
    expect(resources('{yyyy}/{name}')).toContain('arn:aws:s3:::acme-client-files/*')
  })

  it('accept no principal that would let everyone in', () => {
    const textFor = (principal: string) =>
      policyTextOf('bucket', aDestination(), { ...WISHES, principal }, ORIGIN)

    expect(textFor('*').isExample).toBe(true)
    expect(textFor('*').text).not.toContain('"AWS": "*"')
    expect(textFor(' arn:aws:iam::111122223333:role/up ').isExample).toBe(false)
  })

  it('follow the checkboxes, and are copied as shown', async () => {
    const { page, button } = await openPolicies()

    await page.getByRole('checkbox', { name: 'Share links' }).uncheck()
    await page.getByRole('checkbox', { name: 'List files' }).check()
    const shown = await textOf(page, 'IAM policy')
    await button('Copy').click()

    await button('Copied').waitFor()
    expect(shown).toContain('s3:ListBucket')
    expect(shown).not.toContain('s3:GetObject')
    expect(await pastedText(page)).toBe(shown)
  })

  it('contain the CORS rule for Ferry in a browser', async () => {
    const { page } = await openPolicies()

    await page.getByRole('tab', { name: 'CORS rule' }).click()
    const json = await textOf(page, 'CORS rule')
    await page.getByRole('radio', { name: 'XML, for other tools' }).check()
    const xml = await textOf(page, 'CORS rule')

    const { corsOrigin } = aWorld().host
    expect(JSON.parse(json)[0].AllowedOrigins).toEqual(corsRuleFor(corsOrigin).allowedOrigins)
    expect(xml).toContain(`<AllowedOrigin>${corsOrigin}</AllowedOrigin>`)
  })

  it('ask for a principal before a bucket policy can be copied', async () => {
    const { page, button } = await openPolicies()
    await page.getByRole('tab', { name: 'Bucket policy' }).click()
    await page.getByRole('textbox', { name: 'Bucket policy' }).waitFor()

    await button('Copy').waitFor({ state: 'detached' })
    await page.getByRole('textbox', { name: 'Who' }).fill('arn:aws:iam::111122223333:user/ada')

    await button('Copy').waitFor()
    expect(await textOf(page, 'Bucket policy')).toContain('user/ada')
  })
})
