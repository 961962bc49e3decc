/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The versions of libvirt and QEMU in this image, by asking the programs. */
#include "tools/vfteam/versions.h"

#include "host/deadline.h"
#include "host/fd.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>

#define ANSWER_MAX 4096
#define ANSWER_MS  5000

/* Where libvirt's daemon and Red Hat's QEMU are, if not on the path. */
static const char *const libvirt_programs[] = { "virtqemud", "libvirtd", "/usr/sbin/virtqemud",
						"/usr/sbin/libvirtd" };
static const char *const qemu_programs[] = { "qemu-system-x86_64", "qemu-kvm",
					     "/usr/libexec/qemu-kvm" };

/* Starts PROGRAM --version with its output in *RET_FD. Return: the errno of starting it. */
static int start(const char *program, pid_t *ret_pid, int *ret_fd)
{
	char *const argv[] = { (char *)program, (char *)"--version", NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	int r = posix_spawn_file_actions_init(&actions);
	if (r == 0) {
		(void)posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
		(void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
		(void)posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
		r = posix_spawnp(ret_pid, program, &actions, NULL, argv, environ);
		(void)posix_spawn_file_actions_destroy(&actions);
	}
	(void)close(ends[1]);
	if (r)
		(void)close(ends[0]);
	else
		*ret_fd = ends[0];
	return -r;
}

/* What it says within its time, at most SIZE - 1 bytes. */
static void read_answer(int fd, char *answer, size_t size)
{
	uint64_t deadline = deadline_in(ANSWER_MS);
	size_t have = 0;

	while (have + 1 < size) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		if (poll(&p, 1, deadline_left_ms(deadline)) <= 0)
			break;
		ssize_t n = read(fd, answer + have, size - 1 - have);
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	answer[have] = '\0';
}

/* The first number with a point in it: "libvirtd (libvirt) 9.0.0", "QEMU emulator version 10.0.2
 * (Debian 1:10.0.2)". NULL: there is none. */
static char *find_version(const char *answer)
{
	for (const char *at = answer; *at; at++) {
		size_t n = strspn(at, "0123456789.");
		if (isdigit((unsigned char)*at) && memchr(at, '.', n)) {
			while (n && at[n - 1] == '.')
				n--;
			return strndup(at, n);
		}
		at += n ? n - 1 : 0;
	}
	return NULL;
}

static int ask(const char *const *programs, size_t n, char **ret)
{
	*ret = NULL;
	for (size_t i = 0; i < n && !*ret; i++) {
		autofree char *answer = malloc(ANSWER_MAX);
		autoclose int fd = -1;
		pid_t pid = 0;
		if (!answer)
			return -ENOMEM;
		if (start(programs[i], &pid, &fd) < 0)
			continue; /* it is not there */
		read_answer(fd, answer, ANSWER_MAX);
		(void)kill(pid, SIGKILL); /* it has said what it has to say */
		(void)waitpid(pid, NULL, 0);
		*ret = find_version(answer);
	}
	return 0;
}

int version_of_libvirt(char **ret)
{
	return ask(libvirt_programs, ARRAY_SIZE(libvirt_programs), ret);
}

int version_of_qemu(const char *program, char **ret)
{
	if (program && access(program, X_OK) < 0)
		return -ENOENT;
	return program ? ask(&program, 1, ret) : ask(qemu_programs, ARRAY_SIZE(qemu_programs), ret);
}
