import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { corsRuleFor } from '../../../../electron/contract/bucket-policies.ts'
import {
  type CheckFix,
  type CheckLine,
  type CheckReport,
  CheckStep,
} from '../../../../electron/contract/commands/checks.ts'
import type { CommandInput } from '../../../../electron/contract/commands.ts'
import { aWorld } from '../../../fakes/fake-world.ts'
import { FAILURE_EXAMPLES } from '../../failures/failure-examples.ts'
import { windowSuite } from '../../window-suite.ts'

const suite = windowSuite()

const passed = (step: CheckStep): CheckLine => ({
  step,
  verdict: 'passed',
  finding: null,
  fix: null,
})

const CORS_FIX: CheckFix = {
  kind: 'set-cors',
  rule: corsRuleFor('http://127.0.0.1:47470'),
  keptCount: 2,
}

/** Every line passes except one, which offers a fix. */
function reportWith(step: CheckStep, changes: Partial<CheckLine>): CheckReport {
  const lines = CheckStep.options.map((each) =>
    each === step ? { ...passed(each), ...changes } : passed(each),
  )
  return { lines, notes: [] }
}

const corsReport = reportWith('cors', {
  verdict: 'failed',
  finding: { kind: 'failure', failure: FAILURE_EXAMPLES['cors-blocked'] },
  fix: CORS_FIX,
})

async function openCheck(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More about Client files' }).click()
  await page.getByRole('menuitem', { name: 'Check connection' }).click()
}

const found = (page: Page) => page.getByRole('region', { name: 'Connection check' })

describe('the connection check of a saved bucket', () => {
  it('shows every line from the start, and fills them in as the host reports them', async () => {
    const { page, callsOf } = await suite.open(aWorld())
    await page.evaluate(() => window.fake.hold('checkDestination'))
    await openCheck(page)
    const list = found(page)
    await list.getByText('Form (checking)').waitFor()
    const [call] = (await callsOf('checkDestination')) as CommandInput<'checkDestination'>[]

    const before = await list.getByRole('listitem').count()
    await page.evaluate(
      ([checkId, lines]) => {
        for (const line of lines) window.fake.notify('checkProgressed', { checkId, line })
      },
      [call?.checkId ?? ('' as never), CheckStep.options.slice(0, 7).map(passed)] as const,
    )

    await list.getByText('The bucket is there. (passed)').waitFor()
    await list.getByText('Uploading files (checking)').waitFor()
    expect(before).toBe(CheckStep.options.length)
    expect(call?.draft).toMatchObject({ destinationId: aWorld().selectedId, secretAccessKey: '' })
    await page.evaluate(() => window.fake.release('checkDestination'))
    await list.getByText('Everything works.').waitFor()
    await page.getByText('Last checked today').waitFor()
  })

  it('shows the CORS rule, adds it after a confirmation, and checks again', async () => {
    const { page, button, callsOf } = await suite.open(aWorld({ checkReport: corsReport }))
    await openCheck(page)

    await button('Set it for me').click()
    const question = page.getByRole('dialog', { name: 'Let this window upload?' })
    await question.getByText('It keeps your 2 existing rules.').waitFor()
    const shown = JSON.parse((await question.locator('pre').textContent()) ?? '')
    const before = await callsOf('applyFix')
    await button('Add the rule').click()

    await found(page).getByText('Everything works.').waitFor()
    expect(shown).toMatchObject([{ AllowedOrigins: ['http://127.0.0.1:47470'] }])
    expect(before).toEqual([])
    expect(await callsOf('applyFix')).toMatchObject([{ fix: CORS_FIX }])
    expect(await callsOf('checkDestination')).toHaveLength(2)
  })

  it('saves the region that the store names', async () => {
    const report = reportWith('region', {
      verdict: 'failed',
      finding: { kind: 'failure', failure: FAILURE_EXAMPLES['region-wrong'] },
      fix: { kind: 'use-region', region: 'eu-west-1' },
    })
    const { page, button, callsOf } = await suite.open(aWorld({ checkReport: report }))
    await openCheck(page)

    await button('Use eu-west-1').click()

    await found(page).getByText('Everything works.').waitFor()
    expect(await callsOf('saveDestination')).toMatchObject([
      { region: 'eu-west-1', endpoint: 'https://s3.eu-west-1.amazonaws.com', secretAccessKey: '' },
    ])
  })

  it('explains how to trust a private authority, this system first', async () => {
    const report = reportWith('tls', {
      verdict: 'failed',
      finding: { kind: 'failure', failure: FAILURE_EXAMPLES['tls-failed'] },
    })
    const { page } = await suite.open(aWorld({ checkReport: report }))
    await openCheck(page)

    await page.getByText('How to trust your own authority').click()

    const systems = await found(page).getByRole('heading', { level: 4 }).allTextContents()
    expect(systems.filter((each) => !each.startsWith('Ferry'))).toEqual([
      'Linux',
      'macOS',
      'Windows',
    ])
  })

  it('cancels the check when it closes', async () => {
    const { page, button, callsOf } = await suite.open(aWorld())
    await page.evaluate(() => window.fake.hold('checkDestination'))
    await openCheck(page)
    await found(page).waitFor()

    await button('Stop').click()

    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const [call] = (await callsOf('checkDestination')) as CommandInput<'checkDestination'>[]
    await expect.poll(() => callsOf('cancelCheck')).toEqual([{ checkId: call?.checkId }])
  })
})
