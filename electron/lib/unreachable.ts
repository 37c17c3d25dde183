/** Makes a missing `case` a compile error, and throws for a corrupt value. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable value: ${JSON.stringify(value)}`)
}
