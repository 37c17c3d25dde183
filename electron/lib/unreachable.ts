/** Makes a missing `case` a compile error, and a corrupt value a loud one. */
export function unreachable(value: never): never {
  throw new TypeError(`Unreachable value: ${JSON.stringify(value)}`)
}
