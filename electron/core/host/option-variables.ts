/**
 * The options with a value, each with the variable that can replace it and the word for its value.
 * The variables are needed where `--` never reaches npm, as in PowerShell: npm/cli#3136.
 */
export const VALUED_OPTIONS = {
  'data-dir': { variable: 'FERRY_DATA_DIR', value: 'DIR' },
  port: { variable: 'FERRY_PORT', value: 'N' },
} as const

export type ValuedOption = keyof typeof VALUED_OPTIONS

export function valuedOptions(): ValuedOption[] {
  return Object.keys(VALUED_OPTIONS) as ValuedOption[]
}

export function inPowerShell(option: ValuedOption): string {
  const { variable, value } = VALUED_OPTIONS[option]
  return `$env:${variable} = '${value}'; npm start`
}

/** Adds the PowerShell form to a sentence that names an option of `npm start`. */
export function withVariable(sentence: string, platform: NodeJS.Platform): string {
  const named = valuedOptions().find((option) => sentence.includes(`--${option}`))
  if (named === undefined || platform !== 'win32' || sentence.includes('$env:')) return sentence
  return `${sentence} In PowerShell: ${inPowerShell(named)}`
}
