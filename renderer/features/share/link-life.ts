/** The lives that a link is offered, in seconds. Seven days is the longest that S3 signs. */
export const LINK_LIFETIMES = [
  { seconds: 3600, label: '1 hour' },
  { seconds: 86_400, label: '24 hours' },
  { seconds: 259_200, label: '3 days' },
  { seconds: 604_800, label: '7 days' },
] as const
