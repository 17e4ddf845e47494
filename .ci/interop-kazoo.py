"""Real work of kazoo, the Python client, on an ensemble; a server of it dies in the middle. Arguments: the connect string, and a
command that kills one server. Fails with an assertion."""
import subprocess
import sys
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NodeExistsError, RolledBackError
from kazoo.retry import KazooRetry
from kazoo.security import make_digest_acl

PATIENCE_S = 30


def connected(servers):
    retry = KazooRetry(max_tries=-1, delay=0.05, max_delay=0.5)
    client = KazooClient(hosts=servers, timeout=8, connection_retry=retry, command_retry=retry)
    client.start(timeout=PATIENCE_S)
    return client


def nodes(one, two):
    one.create("/kazoo/a/b", b"v1", makepath=True)
    try:
        one.create("/kazoo/a/b")
        raise AssertionError("a node was created twice")
    except NodeExistsError:
        pass
    seen = threading.Event()
    two.sync("/kazoo/a/b")
    data, stat = two.get("/kazoo/a/b", watch=lambda event: seen.set())
    assert data == b"v1" and stat.version == 0
    one.set("/kazoo/a/b", b"v2", version=0)
    assert seen.wait(PATIENCE_S), "no watch fired"
    try:
        one.set("/kazoo/a/b", b"v3", version=0)
        raise AssertionError("a version was ignored")
    except BadVersionError:
        pass
    names = [one.create("/kazoo/s-", sequence=True) for _ in range(3)]
    assert names == sorted(names) and len(set(names)) == 3


def transactions(one):
    good = one.transaction()
    good.create("/kazoo/t", b"1")
    good.set_data("/kazoo/t", b"2")
    assert good.commit()[0] == "/kazoo/t"
    bad = one.transaction()
    bad.set_data("/kazoo/t", b"3")
    bad.check("/kazoo/t", 77)
    results = bad.commit()
    assert isinstance(results[0], RolledBackError) and isinstance(results[1], BadVersionError), results
    assert one.get("/kazoo/t")[0] == b"2"


def permissions(one, two):
    one.add_auth("digest", "somebody:secret")
    one.create("/kazoo/secret", b"x", acl=[make_digest_acl("somebody", "secret", all=True)])
    two.sync("/kazoo/secret")
    try:
        two.get("/kazoo/secret")
        raise AssertionError("a secret was told")
    except Exception as error:
        assert type(error).__name__ == "NoAuthError", error


def recipes(one, two, kill):
    order = []
    lock_one, lock_two = one.Lock("/kazoo/lock", "one"), two.Lock("/kazoo/lock", "two")
    lock_one.acquire(timeout=PATIENCE_S)

    def waiter():
        lock_two.acquire(timeout=PATIENCE_S)
        order.append("two")
        lock_two.release()

    thread = threading.Thread(target=waiter)
    thread.start()
    order.append("one")
    subprocess.check_call(kill)
    one.retry(one.set, "/kazoo/a/b", b"after the loss")
    lock_one.release()
    thread.join(PATIENCE_S)
    assert order == ["one", "two"], order
    two.sync("/kazoo/a/b")
    assert two.get("/kazoo/a/b")[0] == b"after the loss"
    counter = one.Counter("/kazoo/counter")
    counter += 2
    assert two.Counter("/kazoo/counter").value == 2
    queue = one.Queue("/kazoo/queue")
    for item in (b"a", b"b"):
        queue.put(item)
    assert [queue.get(), queue.get(), queue.get()] == [b"a", b"b", None]
    elected = threading.Event()
    one.Election("/kazoo/election", "one").run(elected.set)
    assert elected.is_set()


def main():
    servers, kill = sys.argv[1], sys.argv[2:]
    one, two = connected(servers), connected(servers)
    nodes(one, two)
    transactions(one)
    permissions(one, two)
    recipes(one, two, kill)
    one.create("/kazoo/gone", ephemeral=True)
    gone = threading.Event()
    two.sync("/kazoo/gone")
    assert two.exists("/kazoo/gone", watch=lambda event: gone.set())
    one.stop()
    assert gone.wait(PATIENCE_S), "an ephemeral node outlived its session"
    two.stop()
    print("kazoo: nodes, watches, transactions, permissions, lock, counter, queue, election, loss of a server: held")


main()
