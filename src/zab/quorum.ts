/** Majorities. Only voters count, whoever else has answered (ZOOKEEPER-2959). */

/** Whether the voters among `acks` are a majority of `voters`. */
export function hasQuorum(voters: readonly number[], acks: ReadonlySet<number>): boolean {
  let count = 0;
  for (const voter of voters) if (acks.has(voter)) count += 1;
  return count * 2 > voters.length;
}
