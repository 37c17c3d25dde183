/** Thrown when Ferry broke a promise. */
export class Violation extends Error {
  override readonly name = 'Violation'
}
