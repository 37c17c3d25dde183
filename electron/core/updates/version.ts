/** Major, minor, patch; null for pre-releases and everything else that is no release. */
function numbersOf(version: string): readonly number[] | null {
  const numbers = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(version)?.slice(1)
  return numbers?.map(Number) ?? null
}

/** False, too, when either is no plain release: Ferry offers nothing that it cannot compare. */
export function isNewer(version: string, than: string): boolean {
  const [ours, theirs] = [numbersOf(than), numbersOf(version)]
  if (ours === null || theirs === null) return false
  for (const [place, number] of theirs.entries()) {
    const own = ours[place] ?? 0
    if (number !== own) return number > own
  }
  return false
}
