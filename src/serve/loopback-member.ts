/** A member of an ensemble whose ports were bound on the loopback interface, as harnesses of real servers start them. */
import type { Endpoint } from '../host/endpoint.ts';
import type { Member } from '../server/config.ts';

const LOOPBACK = '127.0.0.1';

/** The voter of that number. Its ports: client, quorum, election, in this order; one that is missing is none. */
export function loopbackMember(id: number, [client, quorum, election]: readonly Endpoint[]): Member {
  const role = 'participant';
  const spec = {
    id, role, host: LOOPBACK, quorumPort: quorum?.port ?? 0, electionPort: election?.port ?? 0,
    client: client ?? null, secureClient: null,
  } as const;
  return { id, role, spec };
}
