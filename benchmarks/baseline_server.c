/* The least that a Unix-socket JSON server can be: what cortexd's ping is measured against.
 *
 *   baseline_server SOCKET
 *
 * One thread, epoll, no parsing: a reply of constant text for each newline that comes, of
 * the size that cortexd gives. No validation, no access check, no limits, no time-outs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_EVENTS 256
#define READ_BYTES 65536
#define BACKLOG 4096

static const char REPLY[] = "{\"status\":\"ok\",\"data\":{\"pong\":true},\"timestamp\":1700000000}\n";
static char input[READ_BYTES];
static char output[READ_BYTES];

static int die(const char *what)
{
    perror(what);
    return 1;
}

/* All of it, waiting for a client that reads slowly; -1 when it is gone. */
static int send_all(int client, const char *data, size_t left)
{
    while (left > 0) {
        ssize_t sent = send(client, data, left, MSG_NOSIGNAL);
        if (sent >= 0) {
            data += sent;
            left -= (size_t)sent;
        } else if (errno == EAGAIN) {
            struct pollfd writable = {.fd = client, .events = POLLOUT};
            poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return -1;
        }
    }
    return 0;
}

/* One read, and a reply for each request in it; -1 when the connection is over. */
static int serve(int client)
{
    ssize_t size = recv(client, input, sizeof input, 0);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    if (size == 0)
        return -1;
    size_t filled = 0;
    for (const char *at = input; (at = memchr(at, '\n', (size_t)(input + size - at))); at++) {
        if (filled + sizeof REPLY > sizeof output) {
            if (send_all(client, output, filled) < 0)
                return -1;
            filled = 0;
        }
        memcpy(output + filled, REPLY, sizeof REPLY - 1);
        filled += sizeof REPLY - 1;
    }
    return send_all(client, output, filled);
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: %s SOCKET\n", argv[0]);
        return 2;
    }
    strcpy(address.sun_path, argv[1]);

    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return die("socket");
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        return die("bind");
    if (listen(listener, BACKLOG) < 0)
        return die("listen");

    int loop = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event want = {.events = EPOLLIN, .data.fd = listener};
    if (loop < 0 || epoll_ctl(loop, EPOLL_CTL_ADD, listener, &want) < 0)
        return die("epoll");

    for (;;) {
        struct epoll_event events[MAX_EVENTS];
        int count = epoll_wait(loop, events, MAX_EVENTS, -1);
        if (count < 0 && errno != EINTR)
            return die("epoll_wait");
        for (int i = 0; i < count; i++) {
            int ready = events[i].data.fd;
            if (ready != listener) {
                if (serve(ready) < 0)
                    close(ready); /* which also takes it out of the epoll set */
                continue;
            }
            int client;
            while ((client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                want.data.fd = client;
                if (epoll_ctl(loop, EPOLL_CTL_ADD, client, &want) < 0)
                    close(client);
            }
        }
    }
}
