/** From a server's configuration to what judges must know of it. */
import type { ServiceRules } from '../history/rules.ts';
import type { ServiceConfig } from '../server/service-config.ts';

/** The rules that requests are decided by under this configuration. */
export function rulesOf(config: ServiceConfig): ServiceRules {
  return {
    extendedTypesEnabled: config.extendedTypesEnabled,
    enforceQuota: config.enforceQuota,
    skipAcl: config.skipACL,
    superDigest: config.superDigest,
    maxNeverUsedIntervalMs: config.containerMaxNeverUsedIntervalMs,
  };
}
