/**
 * How a server names the sessions that it makes: serverId·2⁵⁶ + wall-clock ms·2¹⁶ at first, then one more each time
 * (SessionTrackerImpl.initializeNextSessionId).
 */
import { sessionIdFromWords } from '../base/session-id.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Clock } from '../io/io.ts';

/** Names never repeat: not within a life, and not after a restart, unless 65,536 of them were given in a millisecond. */
export class SessionIds {
  private high = 0;
  private low = 0;

  next(serverId: number, clock: Clock): SessionId {
    if (this.high === 0) {
      // 40 bits of milliseconds above 16 bits of count: 24 of them go to the high word, below the server's id.
      const wall = clock.wallTime();
      this.high = (serverId << 24) | (Math.floor(wall / 0x1_0000) & 0xff_ffff);
      this.low = (wall & 0xffff) << 16;
    } else {
      this.low = (this.low + 1) | 0;
      if (this.low === 0) this.high = (this.high + 1) | 0;
    }
    return sessionIdFromWords(this.high, this.low);
  }
}
