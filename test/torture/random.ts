/** Uniform in [0, 1). */
export type Random = () => number

/** Small, fast and the same everywhere; not for secrets. */
function mulberry32(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A separate stream for each purpose, so that draws from one do not change the others. */
export function streamOf(seed: number, purpose: string): Random {
  // FNV-1a, 32 bit.
  let hash = 0x811c9dc5
  for (const character of `${seed}/${purpose}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return mulberry32(hash)
}

/** An integer in the half-open range. */
export function wholeWithin(random: Random, start: number, end: number): number {
  return start + Math.floor(random() * (end - start))
}

/** Logarithmic: each power of two in the range is equally likely. */
export function logWithin(random: Random, start: number, end: number): number {
  return Math.floor(start * (end / start) ** random())
}

/** One of the choices, according to their weights. */
export function weighted<T>(
  random: Random,
  choices: readonly { readonly weight: number; readonly value: T }[],
): T {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0)
  let left = random() * total
  for (const { weight, value } of choices) {
    left -= weight
    if (left < 0) return value
  }
  throw new RangeError('Nothing to choose from')
}
