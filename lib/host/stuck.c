/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readers that had to be left behind: state/ADDRESS.reader says which process, and since when. */
#include "host/stuck.h"

#include <string.h>

#include "host/files.h"
#include "host/sysfs.h"

static char *note_path(struct pci_address address)
{
	char text[PCI_ADDRESS_TEXT];
	return text_format("state/%s.reader", pci_address_format(address, text));
}

/* "PID STARTTIME", which no other process of this boot has; NULL when it has ended. starttime is
 * the 22nd field of proc(5)'s stat, and the 20th behind the name, which may hold anything. */
static char *identify(int root_fd, unsigned pid)
{
	autofree char *path = text_format("proc/%u/stat", pid);
	autofree char *stat = NULL;
	char *rest = NULL;

	if (!path || sysfs_read(root_fd, path, &stat) < 0 || !strrchr(stat, ')'))
		return NULL;
	char *word = strtok_r(strrchr(stat, ')') + 1, " ", &rest);
	if (word && *word == 'Z') /* it waits for nothing but its parent */
		return NULL;
	for (int i = 3; word && i < 22; i++)
		word = strtok_r(NULL, " ", &rest);
	return word ? text_format("%u %s", pid, word) : NULL;
}

void stuck_note(int root_fd, int rundir_fd, struct pci_address address, pid_t pid)
{
	autofree char *path = note_path(address);
	autofree char *who = identify(root_fd, (unsigned)pid);

	if (rundir_fd >= 0 && path && who)
		(void)file_write(rundir_fd, path, who); /* or the next one is left behind too */
}

bool stuck_is_there(int root_fd, int rundir_fd, struct pci_address address)
{
	autofree char *path = note_path(address);
	autofree char *noted = NULL;
	size_t size;
	unsigned pid;

	if (rundir_fd < 0 || !path || file_read(rundir_fd, path, 64, &noted, &size) < 0)
		return false;
	autofree char *digits = strndup(noted, strcspn(noted, " "));
	if (digits && text_to_unsigned(digits, 10, 1, UINT32_MAX, &pid) == 0) {
		autofree char *now = identify(root_fd, pid);
		if (text_equal(now, noted))
			return true;
	}
	(void)file_remove(rundir_fd, path); /* a note that stays does no harm */
	return false;
}

bool stuck_any(int rundir_fd)
{
	autonames names = { 0 };

	if (rundir_fd < 0 || sysfs_list(rundir_fd, "state", &names) < 0)
		return false;
	for (size_t i = 0; i < names.n; i++) {
		const char *dot = strrchr(names.names[i], '.');
		if (text_equal(dot, ".reader"))
			return true;
	}
	return false;
}
