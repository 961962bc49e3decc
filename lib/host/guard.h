/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes of sysfs that may block for ever, in a child process with a deadline. A thread
 * would not do: a process cannot end while one of its threads is in such a write. */
#ifndef HOST_GUARD_H
#define HOST_GUARD_H

#include "core/address.h"
#include "core/text.h"

#include <sys/types.h>

/* On whose behalf a write is done. */
struct guard {
	int rundir_fd; /* where the PF's lock is (busy.h); -1: without */
	struct pci_address pf;
	unsigned timeout_ms;
};

/* Has a child, which holds the PF's lock as long as it lives, write VALUE to PATH below DIR_FD.
 * WORDS say in the lock what is done ("sriov_numvfs"). Return: the errno of the write; -EALREADY
 * with *RET_DETAIL set (the caller frees it) when an earlier child has the lock; -ETIMEDOUT when
 * the child had to be left behind, and what it does goes on when the kernel lets it. */
int guard_write(const struct guard *g, int dir_fd, const char *path, const char *value,
		const char *words, char **ret_detail);

/* As guard_write(), unless the file holds SAME, with or without a newline: then it returns 1. */
int guard_replace(const struct guard *g, int dir_fd, const char *path, const char *value,
		  const char *same, const char *words, char **ret_detail);

/* Has children read the N files, each named relative to DIR_FD, to *RET_TEXTS: N texts without
 * their newline, NULL for those that could not be read or were not within TIMEOUT_MS. The caller
 * frees all of it. Reading changes nothing, so a reader that is left behind holds no lock;
 * LEFT_BEHIND (NULL: nobody asks) is told of it, with the number of the file that it waits for. */
int guard_read(int dir_fd, const char *const *paths, size_t n, unsigned timeout_ms,
	       void (*left_behind)(void *user, size_t i, pid_t pid), void *user, char ***ret_texts);
void guard_free_texts(char **texts, size_t n);

#endif
