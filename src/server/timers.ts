/** How the service to clients measures time. */

/** Its timers: numbered above those of the protocol, which end at `TIMERS_OF_ZAB`. */
export const ServerTimer = {
  /** Connections and local sessions are looked through for those that have been silent too long. */
  sweep: 18,
  /** No leader has been found for so long that reads are served without one. */
  readOnly: 19,
} as const;
