/** `new ZooKeeper('host:2181')`: the promise-based client, on the real machine. */
import { ZooKeeper as AnyZooKeeper } from '../client/zookeeper-face.ts';
import type { ZooKeeperOptions } from '../client/zookeeper-face.ts';
import type { TlsIdentity } from '../host/tls.ts';
import { RealHost } from './real-host.ts';

/** How a client on the real machine is made. */
export interface RealZooKeeperOptions extends ZooKeeperOptions {
  /** Speak TLS, as this; left out: in the clear. */
  readonly tls?: TlsIdentity;
}

/** See the head of the file. */
export class ZooKeeper extends AnyZooKeeper {
  /**
   * Begins at once to look for a server of `connectString`, as `h1:2181,h2:2181/chroot`; throws `ConnectStringError`, and a
   * `TypeError` where an option is not what it can be.
   */
  constructor(connectString: string, { tls, ...options }: RealZooKeeperOptions = {}) {
    super(new RealHost(tls), connectString, options);
  }

  /** A client whose session stands. */
  static async connect(connectString: string, options: RealZooKeeperOptions = {}): Promise<ZooKeeper> {
    const zk = new ZooKeeper(connectString, options);
    await zk.connected();
    return zk;
  }
}
