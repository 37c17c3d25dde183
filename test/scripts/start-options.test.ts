import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withVariable } from '../../electron/core/host/option-variables.ts'
import { parseStart } from '../../scripts/start-options.ts'

describe('the start options', () => {
  it('by default use the usual port and open the browser', () => {
    const parsed = parseStart([], {})

    expect(parsed).toEqual({
      kind: 'start',
      options: { window: 'any', port: null, opensBrowser: true, dataFolder: null },
    })
  })

  it('are parsed in every valid combination', () => {
    const parsed = parseStart(
      ['--browser', '--port', '0', '--no-open', '--data-dir', 'some/where'],
      {},
    )

    expect(parsed).toEqual({
      kind: 'start',
      options: {
        window: 'browser',
        port: 0,
        opensBrowser: false,
        dataFolder: resolve('some/where'),
      },
    })
  })

  it('request a new address of the running Ferry', () => {
    const parsed = parseStart(['--new-address', '--no-open'], {})

    expect(parsed).toEqual({
      kind: 'new-address',
      options: { window: 'any', port: null, opensBrowser: false, dataFolder: null },
    })
  })

  it.each([
    [['--fast'], '--fast'],
    [['-x'], '-x'],
    [['folder'], 'folder'],
    [['--port'], '--port'],
    [['--port', 'abc'], '"abc"'],
    [['--port', '65536'], '"65536"'],
    [['--port=-1'], '"-1"'],
    [['--port', '80.5'], '"80.5"'],
    [['--port='], '--port'],
    [['--data-dir', ''], '--data-dir'],
    [['--browser=yes'], '--browser'],
    [['--browser', '--desktop'], '--browser and --desktop'],
  ])('refuse %j in one sentence that names it', (args, named) => {
    const parsed = parseStart(args, {})

    expect(parsed).toEqual({ kind: 'refused', sentence: expect.stringContaining(named) })
    expect(JSON.stringify(parsed)).not.toContain('\\n')
  })

  it('have a help text', () => {
    const parsed = parseStart(['--help'], {})

    expect(parsed).toEqual({ kind: 'help' })
  })

  it('are named with their variable if a shell drops the --', () => {
    const sentence = 'Port 80 is taken by another program. Choose another with --port.'

    expect(withVariable(sentence, 'linux')).toBe(sentence)
    expect(withVariable(sentence, 'win32')).toBe(
      `${sentence} In PowerShell: $env:FERRY_PORT = 'N'; npm start`,
    )
    expect(withVariable('Start one without --new-address.', 'win32')).toBe(
      'Start one without --new-address.',
    )
  })
})

describe('the variables for start options', () => {
  const VARIABLES = { FERRY_DATA_DIR: 'from/variable', FERRY_PORT: '8080', FERRY_HOST: 'browser' }

  it('are used', () => {
    expect(parseStart([], VARIABLES)).toEqual({
      kind: 'start',
      options: {
        window: 'browser',
        port: 8080,
        opensBrowser: true,
        dataFolder: resolve('from/variable'),
      },
    })
  })

  it('are overridden by options', () => {
    const line = ['--desktop', '--port', '0', '--data-dir', 'from/line']

    expect(parseStart(line, VARIABLES)).toMatchObject({
      options: { window: 'desktop', port: 0, dataFolder: resolve('from/line') },
    })
  })

  it('are ignored when empty', () => {
    expect(parseStart([], { FERRY_DATA_DIR: '', FERRY_PORT: '', FERRY_HOST: '' })).toEqual(
      parseStart([], {}),
    )
  })

  it.each([
    [{ FERRY_PORT: 'abc' }, 'FERRY_PORT must be a number from 0 to 65535, not "abc".'],
    [{ FERRY_PORT: '65536' }, 'FERRY_PORT must be a number from 0 to 65535, not "65536".'],
    [{ FERRY_HOST: 'both' }, 'FERRY_HOST must be browser or desktop, not "both".'],
  ])('are refused with their name: %j', (env, sentence) => {
    expect(parseStart([], env)).toEqual({ kind: 'refused', sentence })
  })
})

describe('options without -- before them', () => {
  it('are used where npm passes them on completely', () => {
    const env = {
      npm_config_data_dir: 'some/where',
      npm_config_port: '0',
      npm_config_browser: 'true',
    }

    expect(parseStart([], env)).toMatchObject({
      kind: 'start',
      options: { window: 'browser', port: 0, dataFolder: resolve('some/where') },
    })
    expect(parseStart([], { npm_config_desktop: 'true' })).toMatchObject({
      options: { window: 'desktop' },
    })
    expect(parseStart([], { npm_config_new_address: 'true' })).toMatchObject({
      kind: 'new-address',
    })
  })

  it("are not confused with npm's own browser setting", () => {
    expect(parseStart([], { npm_config_browser: 'firefox' })).toMatchObject({
      options: { window: 'any' },
    })
  })

  it.each([
    [
      'linux',
      { npm_config_data_dir: 'true' },
      "npm took --data-dir as its own option, and its value was lost. Put -- before Ferry's options: npm start -- --data-dir DIR",
    ],
    [
      'win32',
      { npm_config_data_dir: 'true' },
      "npm took --data-dir as its own option, and its value was lost. In PowerShell, use a variable: $env:FERRY_DATA_DIR = 'DIR'; npm start (elsewhere: npm start -- --data-dir DIR).",
    ],
    [
      'win32',
      { npm_config_port: 'true' },
      "npm took --port as its own option, and its value was lost. In PowerShell, use a variable: $env:FERRY_PORT = 'N'; npm start (elsewhere: npm start -- --port N).",
    ],
  ] as const)('are refused on %s where %j separated the value', (platform, env, sentence) => {
    const parsed = parseStart(['D'], env, platform)

    expect(parsed).toEqual({ kind: 'refused', sentence })
    expect(withVariable(sentence, platform)).toBe(sentence)
  })
})
