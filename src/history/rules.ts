/** What an operator may decide about the service that changes what requests come to. Plain JSON; judges must be told. */

/** See the head of the file; the names are ZooKeeper's. */
export interface ServiceRules {
  /** TTL nodes may be created. */
  readonly extendedTypesEnabled: boolean;
  /** Hard limits of quotas refuse. */
  readonly enforceQuota: boolean;
  /** Lists of permissions are kept and not asked. */
  readonly skipAcl: boolean;
  /** The digest id whose holder is the superuser; null: nobody is. */
  readonly superDigest: string | null;
  /** A container that never had children may be reaped after so long; 0: never. */
  readonly maxNeverUsedIntervalMs: number;
}

/** ZooKeeper's defaults. */
export const USUAL_RULES: ServiceRules = Object.freeze({
  extendedTypesEnabled: false,
  enforceQuota: false,
  skipAcl: false,
  superDigest: null,
  maxNeverUsedIntervalMs: 0,
});
