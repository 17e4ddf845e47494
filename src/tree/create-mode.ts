/** What the flags of a create ask for (ZooKeeper's CreateMode). */
import { CreateFlag } from '../wire/words.ts';

export interface CreateMode {
  readonly isEphemeral: boolean;
  readonly isSequential: boolean;
  readonly isContainer: boolean;
  readonly isTtl: boolean;
}

const MODES: ReadonlyMap<number, CreateMode> = new Map<number, CreateMode>([
  [CreateFlag.PERSISTENT, mode({})],
  [CreateFlag.EPHEMERAL, mode({ isEphemeral: true })],
  [CreateFlag.PERSISTENT_SEQUENTIAL, mode({ isSequential: true })],
  [CreateFlag.EPHEMERAL_SEQUENTIAL, mode({ isEphemeral: true, isSequential: true })],
  [CreateFlag.CONTAINER, mode({ isContainer: true })],
  [CreateFlag.PERSISTENT_WITH_TTL, mode({ isTtl: true })],
  [CreateFlag.PERSISTENT_SEQUENTIAL_WITH_TTL, mode({ isSequential: true, isTtl: true })],
]);

function mode(asked: Partial<CreateMode>): CreateMode {
  return { isEphemeral: false, isSequential: false, isContainer: false, isTtl: false, ...asked };
}

/** Undefined for flags that mean nothing. */
export function createMode(flags: number): CreateMode | undefined {
  return MODES.get(flags);
}
