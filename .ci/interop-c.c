/*
 * Real work of ZooKeeper's C client, its single-threaded library, on an ensemble; a server of it dies in the middle. Arguments: the
 * connect string, and a command that kills one server. Whoever uses this library turns the wheel: it says what it waits for
 * (zookeeper_interest), and is told when that has come (zookeeper_process). Two sessions share one loop here.
 * Built with: cc interop-c.c -lzookeeper_st
 */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

enum { PATIENCE_S = 60, SESSION_MS = 8000, TURN_MS = 100, TEXT = 256 };

struct session {
  zhandle_t *handle;
  int is_connected;
  /* The last answer. */
  int is_answered;
  int code;
  char text[TEXT];
  int count;
  struct Stat stat;
  /* The last event of a watch. */
  int event;
  char event_path[TEXT];
};

static struct session one, two;

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("C client: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

static void must(int holds, const char *what) {
  if (!holds) fail("%s", what);
}

static void keep_text(char *target, const char *text, int length) {
  int kept = length < 0 ? 0 : length < TEXT - 1 ? length : TEXT - 1;
  if (kept > 0) memcpy(target, text, (size_t)kept);
  target[kept] = '\0';
}

/* One turn of the wheel of one session. What comes of a lost connection is for the requests to say. */
static void turn(struct session *session) {
  int fd = -1, interest = 0, events = 0;
  struct timeval most;
  if (session->handle == NULL) return;
  zookeeper_interest(session->handle, &fd, &interest, &most);
  if (fd >= 0) {
    struct pollfd wanted = {.fd = fd, .events = 0, .revents = 0};
    if (interest & ZOOKEEPER_READ) wanted.events |= POLLIN;
    if (interest & ZOOKEEPER_WRITE) wanted.events |= POLLOUT;
    int wait_ms = (int)(most.tv_sec * 1000 + most.tv_usec / 1000);
    poll(&wanted, 1, wait_ms < TURN_MS ? wait_ms : TURN_MS);
    if (wanted.revents & (POLLIN | POLLHUP | POLLERR)) events |= ZOOKEEPER_READ;
    if (wanted.revents & POLLOUT) events |= ZOOKEEPER_WRITE;
  } else {
    poll(NULL, 0, TURN_MS);
  }
  zookeeper_process(session->handle, events);
}

static void wait_for(const int *flag, const char *what) {
  time_t begin = time(NULL);
  while (!*flag) {
    if (time(NULL) - begin > PATIENCE_S) fail("nothing came of: %s", what);
    turn(&one);
    turn(&two);
  }
}

static void on_event(zhandle_t *handle, int type, int state, const char *path, void *context) {
  struct session *session = context != NULL ? context : (struct session *)zoo_get_context(handle);
  if (type == ZOO_SESSION_EVENT) {
    if (session != NULL) session->is_connected = state == ZOO_CONNECTED_STATE;
    return;
  }
  session->event = type;
  keep_text(session->event_path, path, (int)strlen(path));
}

static void on_done(int code, const void *context) {
  struct session *session = (struct session *)context;
  session->code = code;
  session->is_answered = 1;
}

static void on_text(int code, const char *text, const void *context) {
  if (code == ZOK) keep_text(((struct session *)context)->text, text, (int)strlen(text));
  on_done(code, context);
}

static void on_data(int code, const char *data, int length, const struct Stat *stat, const void *context) {
  struct session *session = (struct session *)context;
  if (code == ZOK) {
    keep_text(session->text, data, length);
    session->stat = *stat;
  }
  on_done(code, context);
}

static void on_stat(int code, const struct Stat *stat, const void *context) {
  if (code == ZOK) ((struct session *)context)->stat = *stat;
  on_done(code, context);
}

static void on_names(int code, const struct String_vector *names, const struct Stat *stat, const void *context) {
  struct session *session = (struct session *)context;
  if (code == ZOK) {
    session->count = names->count;
    session->stat = *stat;
  }
  on_done(code, context);
}

/* What a request came to; `accepted` is what the library said when it was given. */
static int answer(struct session *session, int accepted, const char *what) {
  if (accepted != ZOK) return accepted;
  wait_for(&session->is_answered, what);
  session->is_answered = 0;
  return session->code;
}

static int create(struct session *at, const char *path, const char *data, const struct ACL_vector *acl, int flags) {
  return answer(at, zoo_acreate(at->handle, path, data, (int)strlen(data), acl, flags, on_text, at), path);
}

static int set(struct session *at, const char *path, const char *data, int version) {
  return answer(at, zoo_aset(at->handle, path, data, (int)strlen(data), version, on_stat, at), path);
}

static int get(struct session *at, const char *path, watcher_fn watcher) {
  return answer(at, zoo_awget(at->handle, path, watcher, at, on_data, at), path);
}

static int exists(struct session *at, const char *path, watcher_fn watcher) {
  return answer(at, zoo_awexists(at->handle, path, watcher, at, on_stat, at), path);
}

static void catch_up(struct session *at, const char *path) {
  must(answer(at, zoo_async(at->handle, path, on_text, at), "sync") == ZOK, "sync");
}

static void await_event(struct session *at, int type, const char *path) {
  wait_for(&at->event, path);
  must(at->event == type && strcmp(at->event_path, path) == 0, "another event than expected");
  at->event = 0;
}

static void open_session(struct session *session, const char *servers) {
  session->handle = zookeeper_init(servers, on_event, SESSION_MS, NULL, session, 0);
  must(session->handle != NULL, "no session");
  wait_for(&session->is_connected, "a connection");
}

static void nodes(void) {
  must(create(&one, "/c", "one", &ZOO_OPEN_ACL_UNSAFE, 0) == ZOK, "create");
  must(create(&one, "/c", "", &ZOO_OPEN_ACL_UNSAFE, 0) == ZNODEEXISTS, "a node was created twice");
  catch_up(&two, "/c");
  must(get(&two, "/c", on_event) == ZOK && strcmp(two.text, "one") == 0 && two.stat.version == 0, "get");
  must(set(&one, "/c", "two", 0) == ZOK && one.stat.version == 1, "set");
  await_event(&two, ZOO_CHANGED_EVENT, "/c");
  must(set(&one, "/c", "three", 0) == ZBADVERSION, "a version was ignored");
  for (int i = 0; i < 3; i++) {
    char expected[TEXT];
    snprintf(expected, sizeof expected, "/c/s-%010d", i);
    must(create(&one, "/c/s-", "", &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE) == ZOK, "create in sequence");
    must(strcmp(one.text, expected) == 0, "a sequence has a gap");
  }
  must(answer(&one, zoo_aget_children2(one.handle, "/c", 0, on_names, &one), "children") == ZOK, "children");
  must(one.count == 3 && one.stat.numChildren == 3, "the number of children");
}

static void transactions(void) {
  char path[TEXT];
  zoo_op_t operations[2];
  zoo_op_result_t results[2];
  zoo_create_op_init(&operations[0], "/c/t", "1", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  zoo_check_op_init(&operations[1], "/c", 77);
  must(answer(&one, zoo_amulti(one.handle, 2, operations, results, on_done, &one), "multi") == ZBADVERSION, "a multi that must fail");
  must(results[0].err == ZOK && results[1].err == ZBADVERSION, "what a failed multi says");
  must(exists(&one, "/c/t", NULL) == ZNONODE, "half of a multi was done");
  zoo_check_op_init(&operations[1], "/c", 1);
  must(answer(&one, zoo_amulti(one.handle, 2, operations, results, on_done, &one), "multi") == ZOK, "multi");
  must(exists(&one, "/c/t", NULL) == ZOK, "a multi was not done");
}

static void permissions(void) {
  int accepted = zoo_add_auth(one.handle, "digest", "somebody:secret", 15, on_done, &one);
  must(answer(&one, accepted, "auth") == ZOK, "auth");
  must(create(&one, "/c/secret", "x", &ZOO_CREATOR_ALL_ACL, 0) == ZOK, "create for the creator alone");
  catch_up(&two, "/c/secret");
  must(get(&two, "/c/secret", NULL) == ZNOAUTH, "a secret was told");
  must(get(&one, "/c/secret", NULL) == ZOK, "a secret was kept from whose it is");
}

static void kill_one(char *const *command) {
  int status = 0;
  pid_t child = fork();
  if (child == 0) {
    execvp(command[0], command);
    _exit(127);
  }
  must(child > 0 && waitpid(child, &status, 0) == child && status == 0, "the command that kills a server failed");
}

/* Whether asking again may help. */
static int is_lost(int code) {
  return code == ZCONNECTIONLOSS || code == ZOPERATIONTIMEOUT || code == ZINVALIDSTATE;
}

static void loss_of_a_server(char *const *command) {
  kill_one(command);
  int code;
  while (is_lost(code = set(&one, "/c", "after the loss", -1))) wait_for(&one.is_connected, "a connection after the loss");
  must(code == ZOK, "set after the loss");
  while (is_lost(code = answer(&two, zoo_async(two.handle, "/c", on_text, &two), "sync"))) {
    wait_for(&two.is_connected, "a connection after the loss");
  }
  must(code == ZOK, "sync after the loss");
  must(get(&two, "/c", NULL) == ZOK && strcmp(two.text, "after the loss") == 0, "a write was lost");
}

static void end_of_a_session(void) {
  must(create(&one, "/c/gone", "", &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL) == ZOK, "create an ephemeral node");
  catch_up(&two, "/c/gone");
  must(exists(&two, "/c/gone", on_event) == ZOK, "an ephemeral node");
  zhandle_t *closing = one.handle;
  one.handle = NULL;
  must(zookeeper_close(closing) == ZOK, "close");
  await_event(&two, ZOO_DELETED_EVENT, "/c/gone");
}

int main(int count, char **arguments) {
  must(count > 2, "give a connect string, and a command that kills a server");
  /* Lost connections are what this is about: the library need not tell of each. */
  zoo_set_debug_level((ZooLogLevel)0);
  open_session(&one, arguments[1]);
  open_session(&two, arguments[1]);
  nodes();
  transactions();
  permissions();
  loss_of_a_server(arguments + 2);
  end_of_a_session();
  zookeeper_close(two.handle);
  puts("C client, one thread: nodes, watches, transactions, permissions, loss of a server, end of a session: held");
  return 0;
}
