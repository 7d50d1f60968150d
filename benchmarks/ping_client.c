/* Times pings, the same way for whatever answers at SOCKET.
 *
 *   ping_client SOCKET connect|persistent COUNT
 *
 * connect: connect, send, receive, close for each request; persistent: one connection.
 * Prints the nanoseconds of each request, one a line. In C, so that the client's own time,
 * which is the same for both servers, dilutes their ratio as little as possible.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char REQUEST[] = "{\"command\":\"ping\"}\n";

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static long long now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int connected(const struct sockaddr_un *address)
{
    int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server < 0 || connect(server, (const struct sockaddr *)address, sizeof *address) < 0)
        fail("connect");
    return server;
}

static void ping(int server)
{
    char reply[4096];
    if (send(server, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL) != sizeof REQUEST - 1)
        fail("send");
    ssize_t size = recv(server, reply, sizeof reply, 0);
    if (size <= 0 || reply[size - 1] != '\n' || !memmem(reply, (size_t)size, "\"pong\":true", 11))
        fail("the reply is no pong");
}

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (argc != 4 || strlen(argv[1]) >= sizeof address.sun_path) {
        fprintf(stderr, "usage: %s SOCKET connect|persistent COUNT\n", argv[0]);
        return 2;
    }
    strcpy(address.sun_path, argv[1]);
    int reconnect = strcmp(argv[2], "connect") == 0;
    long count = atol(argv[3]);
    long long *took = calloc((size_t)count, sizeof *took);
    if (!took)
        fail("calloc");

    int server = reconnect ? -1 : connected(&address);
    for (long i = 0; i < count; i++) {
        long long started = now();
        if (reconnect)
            server = connected(&address);
        ping(server);
        if (reconnect)
            close(server);
        took[i] = now() - started;
    }
    for (long i = 0; i < count; i++)
        printf("%lld\n", took[i]);
    return 0;
}
